/** Where the daemon meets the configuration: reads, resolves and checks an experiment, and makes its queued run. */
import { isAbsolute } from 'node:path';
import { missingData } from '../datasets/registry.ts';
import { prepareRun } from '../launchers/prepareRun.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { PrepareRun } from './prepareRun.ts';

/** @throws ProtocolError `invalid-message` for a relative path: the daemon's own folder is not the client's */
export const prepareExperiment: PrepareRun = async ({ source, overrides }, runsFolder) => {
  if (source.kind === 'file' && !isAbsolute(source.path))
    throw new ProtocolError(
      'invalid-message',
      `${source.path} is not an absolute path.`,
      'Give the whole path.',
    );
  const experiment =
    source.kind === 'file' ? { path: source.path } : { name: source.fileName, text: source.text };
  const prepared = await prepareRun(runsFolder, { experiment, overrides, status: 'queued' }, missingData);
  switch (prepared.kind) {
    case 'ready':
      return {
        kind: 'queued',
        runDir: prepared.runDir,
        findings: prepared.warnings.map((finding) => ({ ...finding })),
      };
    case 'invalid':
      return { kind: 'rejected', findings: prepared.findings.map((finding) => ({ ...finding })) };
  }
};
