/**
 * A daemon whose experiments are stand-in runs: `standInDaemon --runs <folder> --trainer <script> [--idle <ms>]`. The text of
 * an experiment is JSON: {totalSteps, …settings of the stand-in trainer}, or {"error": message}.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { comparisonLauncher } from '../../launchers/comparison.ts';
import { localLauncher } from '../../launchers/local.ts';
import { createStandInRun } from '../../store/testing/standInRun.ts';
import type { Experiments } from '../experiments.ts';
import { runDaemon } from '../runDaemon.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '' },
    trainer: { type: 'string', default: '' },
    comparison: { type: 'string', default: '' },
    webview: { type: 'string', default: '' },
    idle: { type: 'string', default: '600000' },
    parallelism: { type: 'string', default: '1' },
  },
});

const experimentSchema = z.looseObject({ totalSteps: z.int().default(1), error: z.string().optional() });

const start: Experiments['start'] = ({ source, overrides }, runsFolder) => {
  const text = source.kind === 'text' ? source.text : '{}';
  const { totalSteps, error, ...settings } = experimentSchema.parse(JSON.parse(text));
  const place = { file: '', line: 1, column: 1, path: '', expected: '', got: '', suggestion: null };
  if (error !== undefined) {
    const finding = { ...place, code: 'invalid', severity: 'error' as const, message: error };
    return Promise.resolve({ kind: 'rejected', findings: [finding] });
  }
  const { runDir } = createStandInRun(runsFolder, totalSteps, settings);
  const findings = overrides.map((message) => ({
    ...place,
    code: 'noEffect',
    severity: 'warning' as const,
    message,
  }));
  return Promise.resolve({ kind: 'queued', runDir, findings });
};

const code = await runDaemon({
  runsFolder: values.runs,
  launcher: localLauncher({ trainerEntry: values.trainer }),
  comparisons: comparisonLauncher({ entry: values.comparison }),
  experiments: {
    start,
    repeat: () => Promise.reject(new Error('stand-in runs are not repeated')),
    branch: () => Promise.reject(new Error('stand-in runs have no branches')),
    probe: ({ dataset }) => ({ kind: 'found', dataset }),
    parameters: (text) => ({ text: JSON.stringify(text) }),
  },
  webviewFolder: values.webview,
  product: { name: 'stand-in', version: '0.0.0' },
  idleMs: Number(values.idle),
  parallelism: Number(values.parallelism),
});
process.exit(code);
