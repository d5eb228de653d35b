import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SingleBar } from 'cli-progress';
import { z } from 'zod';
import { comparisonLauncher } from '../launchers/comparison.ts';
import {
  comparisonRequestSchema,
  comparisonSchema,
  MAX_SUBJECTS,
  splitSchema,
  type Comparison,
  type ComparisonProgress,
  type Subject,
} from '../protocol/comparison.ts';
import { cautionsOf, markdownOf, reportOf, sentencesOf } from '../protocol/comparisonReport.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { writeFileAtomic } from '../store/atomicFile.ts';
import { checkpointNamed } from './checkpointNamed.ts';
import { findRun } from './findRun.ts';
import { BadInput, EXIT, say, table, tell } from './output.ts';

export interface CompareOptions {
  readonly split: string;
  readonly json: boolean;
  readonly markdown: boolean;
  readonly out?: string;
  readonly fresh: boolean;
}

/** Compares roles of checkpoints; Ctrl-C cancels. @returns the exit code */
export async function compare(
  runsFolder: string,
  subjects: readonly string[],
  options: CompareOptions,
): Promise<number> {
  const cancelling = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      cancelling.abort();
    });
  const split = splitSchema.safeParse(options.split);
  if (!split.success) throw new BadInput(`--split is ${options.split}. Expected validation or test.`);
  if (subjects.length < 2 || subjects.length > MAX_SUBJECTS)
    throw new BadInput(`Two to ${MAX_SUBJECTS} checkpoints are compared, not ${subjects.length}.`);
  const found = await Promise.all(subjects.map((text) => subjectNamed(runsFolder, text)));
  const [folder = '', ...otherFolders] = new Set(found.map((each) => each.folder));
  if (otherFolders.length > 0)
    throw new BadInput(`The runs lie in different folders: ${[folder, ...otherFolders].join(', ')}.`);
  const request = comparisonRequestSchema.parse({
    subjects: found.map(({ subject }) => subject),
    split: split.data,
  });
  const launcher = comparisonLauncher({ entry: fileURLToPath(new URL('./comparison.js', import.meta.url)) });
  const digest = await launcher.digest(folder, request);
  const known = options.fresh ? null : await launcher.known(folder, digest);
  if (known) tell(`computed ${known.computedAt}; --fresh computes it again`);
  const progress = shownProgress();
  try {
    const comparison =
      known ??
      (await launcher.compute(folder, request, { signal: cancelling.signal, onProgress: progress.show }));
    progress.end();
    deliver(comparison, options);
    return EXIT.ok;
  } catch (error) {
    progress.end();
    if (!(error instanceof ProtocolError && error.code === 'cancelled')) throw error;
    tell('cancelled');
    return EXIT.stopped;
  }
}

/** `run[@checkpoint][:role]`; the best checkpoint and the best role unless told. */
async function subjectNamed(runsFolder: string, text: string): Promise<{ folder: string; subject: Subject }> {
  const parts = /^(?<run>.+?)(?:@(?<at>[^@:/\\]+))?(?::(?<role>[^@:/\\]+))?$/u.exec(text)?.groups ?? {};
  const runDir = await findRun(runsFolder, parts['run'] ?? text);
  const { at = 'best', role = 'best' } = parts;
  return {
    folder: dirname(runDir),
    subject: { run: basename(runDir), checkpoint: checkpointNamed(at), role },
  };
}

function deliver(comparison: Comparison, { json, markdown, out }: CompareOptions): void {
  const isJson = json || (!markdown && out?.endsWith('.json') === true);
  const isMarkdown = markdown || out?.endsWith('.md') === true;
  const text = isJson
    ? JSON.stringify(z.encode(comparisonSchema, comparison))
    : isMarkdown
      ? markdownOf(comparison)
      : plainText(comparison);
  if (out === undefined) say(text);
  else {
    writeFileAtomic(out, `${text.trimEnd()}\n`);
    tell(out);
  }
}

const plainText = (comparison: Comparison): string =>
  [
    ...sentencesOf(comparison),
    ...cautionsOf(comparison).map((caution) => `warning: ${caution}`),
    ...reportOf(comparison).map(({ title, rows }) => `\n${title}\n${table(rows)}`),
    '\nConfusion, weights and CKA: --markdown or --json.',
  ].join('\n');

const WHAT: Readonly<Record<ComparisonProgress['what'], string>> = {
  queued: 'waiting for another comparison',
  opening: 'opening checkpoints and data',
  answers: 'asking the networks',
  networks: 'weights, blocks and latency',
  statistics: 'statistics',
};

/** A bar on a terminal; elsewhere a line whenever something else begins. */
function shownProgress(): { show: (progress: ComparisonProgress) => void; end: () => void } {
  let last: ComparisonProgress['what'] | null = null;
  const bar = process.stderr.isTTY
    ? new SingleBar({ format: '{what} |{bar}| {percentage} %', stream: process.stderr, hideCursor: true })
    : null;
  return {
    show: ({ done, total, what }) => {
      if (bar && last === null) bar.start(Math.max(1, total), done, { what: WHAT[what] });
      bar?.setTotal(Math.max(1, total));
      bar?.update(done, { what: WHAT[what] });
      if (!bar && what !== last) tell(WHAT[what]);
      last = what;
    },
    end: () => bar?.stop(),
  };
}
