import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { comparisonOrderSchema, type ComparisonLine } from '../protocol/comparisonProcess.ts';

/**
 * Entry of the process that compares checkpoints. Its question is the first line of stdin; when stdin ends, nobody wants the
 * answer any more, and it ends too. It tells how far it is on stdout, and leaves the result in the cache. A signal ends it
 * at once: nothing is half-written.
 */
// A run that is being trained beside it comes first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const say = (line: ComparisonLine, written?: () => void): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`, written);
};
/** The last word; native backends keep the process open. */
const end = (line: ComparisonLine, code: number): void => {
  say(line, () => {
    process.exit(code);
  });
};
process.stdout.on('error', () => {
  // Whoever asked is gone.
  process.exit(1);
});

const lines = createInterface({ input: process.stdin });
lines.on('close', () => {
  process.exit(1);
});
lines.once('line', (line) => {
  answer(line).then(
    (digest) => {
      end({ kind: 'done', digest }, 0);
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      end(failureOf(error), 1);
    },
  );
});

/** @returns the name of the result in the cache */
async function answer(line: string): Promise<string> {
  const { runsFolder, request } = comparisonOrderSchema.parse(JSON.parse(line));
  const [{ compare }, { writeComparison }] = await Promise.all([
    import('./compare.ts'),
    import('../store/comparisons.ts'),
  ]);
  const comparison = await compare(runsFolder, request, (progress) => {
    say({ kind: 'progress', progress });
  });
  writeComparison(runsFolder, comparison);
  return comparison.digest;
}

/** Errors that know what to do next are about what was asked. */
function failureOf(error: unknown): ComparisonLine {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && 'next' in error && typeof error.next === 'string')
    return { kind: 'failed', refused: true, message, next: error.next };
  return { kind: 'failed', refused: false, message, next: "The daemon's log, or stderr, says more." };
}
