import { leavesOf } from '../config/leaves.ts';
import { resolvedYaml, type ResolvedExperiment } from '../config/load.ts';
import type { Sampler } from '../datasets/sampler.ts';
import { recordSamples } from './recorder.ts';
import type { RunFiles } from './runFiles.ts';

/** What TensorBoard shows beside the curves: the configuration, its values as hyper-parameters, our charts, samples. */
export function describeRun(
  { events, record }: RunFiles,
  resolved: ResolvedExperiment,
  sampler: Sampler | null,
): void {
  const { experiment } = resolved;
  events.text(0, Date.now() / 1000, 'config', `\`\`\`yaml\n${resolvedYaml(resolved)}\`\`\``);
  const training = { ...experiment.training, seed: undefined };
  events.hparams({
    hparams: hyperParameters({ ...experiment, training }),
    // Seeds of one setting share a group, which TensorBoard averages.
    group: record.id.replace(/^[^_]+_/u, '').replace(/_s\d+_[^_]+$/u, ''),
    startTime: Date.now() / 1000,
  });
  events.customScalarsLayout([
    {
      title: 'Distillery',
      charts: [
        { title: 'result', tags: [chartOf(record.headline.series)] },
        { title: 'loss terms', tags: ['train/.*/loss/.*'] },
        { title: 'schedules', tags: ['schedule/.*'] },
        { title: 'diversity', tags: ['diversity/.*'] },
      ],
    },
  ]);
  if (!sampler) return;
  const { dataset, validation } = sampler;
  const length = dataset.shape.reduce((product, extent) => product * extent, 1);
  recordSamples(
    events,
    dataset.shape,
    [...validation.slice(0, experiment.logging.samples)].map((sample) =>
      dataset.train.values.subarray(sample * length, (sample + 1) * length),
    ),
  );
}

/** The headline's metric of every role, as a pattern. */
function chartOf(series: string): string {
  const [split = '', , metric = ''] = series.split('/');
  return `${split}/.*/${metric}`;
}

/** As TensorBoard takes them: texts, numbers and truth values; what is not set is left out. */
const hyperParameters = (settings: unknown): Record<string, string | number | boolean> =>
  Object.fromEntries(
    [...leavesOf(settings)]
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([path, value]) => [
        path,
        typeof value === 'object' ? JSON.stringify(value) : (value as string | number | boolean),
      ]),
  );
