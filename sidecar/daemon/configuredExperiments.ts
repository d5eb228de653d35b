/** Where the daemon meets the configuration. API: configuredExperiments. */
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { parametersOf } from '../config/parameters.ts';
import { datasetOptions } from '../datasets/options.ts';
import { probeData } from '../datasets/probe.ts';
import { branchRun } from '../launchers/branchRun.ts';
import { prepareRun, type PreparedRun as Prepared } from '../launchers/prepareRun.ts';
import { repeatRun } from '../launchers/repeatRun.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { Experiments, PreparedRun } from './experiments.ts';

export const configuredExperiments: Experiments = {
  /** @throws ProtocolError `invalid-message` for a relative path: the daemon's own folder is not the client's */
  start: async ({ source, overrides }, runsFolder) => {
    if (source.kind === 'file' && !isAbsolute(source.path))
      throw new ProtocolError(
        'invalid-message',
        `${source.path} is not an absolute path.`,
        'Give the whole path.',
      );
    const experiment =
      source.kind === 'file' ? { path: source.path } : { name: source.fileName, text: source.text };
    return answer(await prepareRun(runsFolder, { experiment, overrides, status: 'queued' }, probeData));
  },
  branch: async (request) => answer(await branchRun({ ...request, status: 'queued' }, probeData)),
  repeat: async (request) => {
    const repeated = await repeatRun({ ...request, status: 'queued' }, probeData);
    return repeated.kind === 'obstructed'
      ? { kind: 'obstructed', obstacles: [...repeated.obstacles] }
      : answer(repeated);
  },
  /** @throws ProtocolError `invalid-message` for what the schema does not accept */
  probe: ({ file, dataset }) => {
    const options = datasetOptions.safeParse(dataset);
    if (options.success) return probeData(options.data, file);
    throw new ProtocolError(
      'invalid-message',
      z.prettifyError(options.error),
      'Give a data set as the schema has it.',
    );
  },
  parameters: parametersOf,
};

function answer(prepared: Prepared): PreparedRun {
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
}
