/**
 * A comparison as tables of text, in English: for the terminal, and as Markdown for an appendix.
 *
 * API: sentencesOf, cautionsOf, reportOf and detailsOf(comparison) → sections, markdownOf(comparison).
 */
import type { Comparison } from './comparison.ts';
import { accuracyOf, confusionDifference, verdictOf } from './comparisonFigures.ts';
import { subjectNames } from './comparisonNames.ts';
import { signedText } from './signedText.ts';
import { markdownTable } from './textTable.ts';

export interface ReportSection {
  readonly title: string;
  /** The first is the head. */
  readonly rows: readonly (readonly string[])[];
}

const LARGEST_CHANGES = 10;

const percent = (share: number | undefined): string => (share === undefined ? '—' : (100 * share).toFixed(2));
const points = (share: number): string => signedText(100 * share, 2);
const decimal = (value: number, digits = 4): string => value.toFixed(digits).replace('-', '−');
/** A probability as papers give it. */
const probability = (p: number): string => (p < 0.001 ? p.toExponential(1).replace('-', '−') : p.toFixed(3));

/** The result in one sentence for each subject but the first. */
export function sentencesOf(comparison: Comparison): string[] {
  const names = subjectNames(comparison.subjects);
  return comparison.differences.map((difference, index) => {
    const { top1, interval, mcnemar } = difference;
    const [reference = '', own = ''] = [names[0], names[index + 1]];
    const figures =
      `${points(top1)} points (95 % interval ${points(interval.low)} … ${points(interval.high)}), ` +
      `McNemar p = ${probability(mcnemar.p)}, ${comparison.samples} ${comparison.split} samples.`;
    switch (verdictOf(difference)) {
      case 'better':
        return `${own} is better than ${reference}: ${figures}`;
      case 'worse':
        return `${own} is worse than ${reference}: ${figures}`;
      case 'maybeBetter':
        return `${own} may be better than ${reference}, but the two tests disagree: ${figures}`;
      case 'maybeWorse':
        return `${own} may be worse than ${reference}, but the two tests disagree: ${figures}`;
      case 'undecided':
        return `No difference between ${own} and ${reference} can be told: ${figures}`;
    }
  });
}

/** What one should know before believing it, one sentence each. */
export function cautionsOf({ subjects, warnings, split }: Comparison): string[] {
  const names = subjectNames(subjects);
  return warnings.map((warning) => {
    const name = names[warning.subject] ?? '';
    switch (warning.kind) {
      case 'leak':
        return `${name} was trained on ${warning.samples} of these ${split} samples, so it looks better than it is. The test split is clean: --split test.`;
      case 'data':
        return `The data here are not those that ${name} was trained on: their digests differ.`;
    }
  });
}

export function reportOf(comparison: Comparison): ReportSection[] {
  const { subjects, differences, agreement, classes, perClass } = comparison;
  const names = subjectNames(subjects);
  const batches = subjects.find(({ network }) => network)?.network?.latency.map(({ batch }) => batch) ?? [];
  return [
    {
      title: 'Networks',
      rows: [
        ['network', 'run', 'step', 'role', 'method', 'model'],
        ...subjects.map(({ run, step, role, method, model }, index) => [
          names[index] ?? '',
          run,
          String(step),
          role,
          method,
          model,
        ]),
      ],
    },
    {
      title: 'Results',
      rows: [
        [
          'network',
          'top-1 %',
          'top-5 %',
          'cross-entropy',
          'ECE',
          'parameters',
          'bytes',
          'multiply–adds',
          ...batches.map((batch) => `ms, batch ${batch}`),
        ],
        ...subjects.map(({ top1, top5, crossEntropy, ece, network }, index) => [
          names[index] ?? '',
          percent(top1),
          percent(top5),
          decimal(crossEntropy),
          decimal(ece),
          network ? String(network.parameters) : '—',
          network ? String(network.bytes) : '—',
          network ? String(network.multiplyAdds) : '—',
          ...batches.map((_, at) => network?.latency[at]?.milliseconds.toFixed(2) ?? '—'),
        ]),
      ],
    },
    {
      title: `Compared with ${names[0] ?? ''}`,
      rows: [
        [
          'network',
          'Δ top-1 points',
          '95 % interval',
          'McNemar p',
          'test',
          'fixed',
          'broken',
          'other mistake',
          'agreement %',
        ],
        ...differences.map(({ top1, interval, mcnemar, outcomes }, index) => [
          names[index + 1] ?? '',
          points(top1),
          `${points(interval.low)} … ${points(interval.high)}`,
          probability(mcnemar.p),
          mcnemar.test === 'exact' ? 'exact' : 'χ²',
          String(outcomes.fixed),
          String(outcomes.broken),
          String(outcomes.otherMistake),
          percent(agreement[0]?.[index + 1]),
        ]),
      ],
    },
    {
      title: 'Top-1 % by class',
      rows: [
        ['class', 'samples', ...names],
        ...classes.map((name, index) => [
          name,
          String(perClass[index]?.samples ?? 0),
          ...names.map((_, subject) => percent(accuracyOf(comparison, index, subject))),
        ]),
      ],
    },
    ...(subjects.length > 2
      ? [
          {
            title: 'Agreement %',
            rows: [
              ['', ...names],
              ...names.map((name, row) => [name, ...(agreement[row] ?? []).map(percent)]),
            ],
          },
        ]
      : []),
  ].filter(({ rows }) => rows.length > 1);
}

/** What is told of each subject and the reference: confusion, weights, CKA. */
export const detailsOf = (comparison: Comparison): ReportSection[] =>
  comparison.differences
    .flatMap((_, index) => sectionsOfPair(comparison, index, subjectNames(comparison.subjects)))
    .filter(({ rows }) => rows.length > 1);

function sectionsOfPair(comparison: Comparison, index: number, names: readonly string[]): ReportSection[] {
  const { classes, subjects, differences } = comparison;
  const { weights = null, cka = null } = differences[index] ?? {};
  const pair = `${names[index + 1] ?? ''} and ${names[0] ?? ''}`;
  const changes = confusionDifference(comparison, index + 1)
    .flatMap((row, label) => row.map((change, predicted) => ({ label, predicted, change })))
    .filter(({ change, label, predicted }) => change !== 0 && label !== predicted)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, LARGEST_CHANGES);
  const blocks = (subject: number) => subjects[subject]?.network?.blocks ?? [];
  return [
    {
      title: `Confusion, largest changes: ${pair}`,
      rows: [
        ['label', 'predicted', 'change'],
        ...changes.map(({ label, predicted, change }) => [
          classes[label] ?? '',
          classes[predicted] ?? '',
          signedText(change, 0),
        ]),
      ],
    },
    {
      title: `Weights: ${pair}`,
      rows: [
        ['tensor', 'shape', '‖a−b‖', '‖a−b‖/‖a‖', 'cosine'],
        ...(weights?.tensors ?? []).map(({ name, shape, distance, relative, cosine }) => [
          name,
          shape.join('×'),
          decimal(distance),
          decimal(relative),
          decimal(cosine),
        ]),
      ],
    },
    {
      title: `Linear CKA of block outputs, ${names[0] ?? ''} ↓ ${names[index + 1] ?? ''} →`,
      rows: [
        ['block', ...blocks(index + 1)],
        ...(cka ?? []).map((row, at) => [blocks(0)[at] ?? '', ...row.map((value) => decimal(value, 3))]),
      ],
    },
  ];
}

/** Whether the cells of a column are numbers, which stand better on the right. */
const isNumeric = (cells: readonly string[], column: number): boolean =>
  column > 0 && cells.every((cell) => /^(?:[+−]?[\d∞]|—|NaN)/u.test(cell));

/** Good enough for a paper's appendix. */
export function markdownOf(comparison: Comparison): string {
  const { split, samples, ckaSamples, resamples, dataset, backend, computedAt } = comparison;
  return [
    '# Comparison of checkpoints',
    ...sentencesOf(comparison),
    ...cautionsOf(comparison).map((caution) => `> **Caution.** ${caution}`),
    ...[...reportOf(comparison), ...detailsOf(comparison)].flatMap(({ title, rows }) => [
      `## ${title}`,
      markdownTable(rows, isNumeric).trimEnd(),
    ]),
    '## How it was measured',
    `${samples} ${split} samples of ${dataset.name} (SHA-256 ${dataset.digest.slice(0, 16)}…), backend ${backend.name} on ${backend.device}, ${computedAt}. ` +
      `Intervals: paired bootstrap, percentiles of ${resamples} resamples. McNemar's test: exact below 1,000 discordant samples, else χ² with continuity correction. ` +
      `ECE: 15 equal bins. CKA: linear, ${ckaSamples} samples, images averaged over space. Latency: median, warm, of that machine at that time.`,
    '',
  ].join('\n\n');
}
