#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import type { CompareOptions } from './cli/compare.ts';
import { diff } from './cli/diff.ts';
import { newExperiment, printMethods, printResolved, printSchema, validate } from './cli/experiments.ts';
import { BadInput, EXIT, tell } from './cli/output.ts';
import { branchAttached, repeatAttached, runAttached } from './cli/run.ts';
import { explain } from './cli/explain.ts';
import { ProtocolError } from './protocol/errors.ts';
import { StoreError } from './store/errors.ts';
import { list, prune, resume, showRun, want } from './cli/runs.ts';

const collect = (value: string, before: readonly string[]) => [...before, value];
const count = (value: string): number => {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError('Expected a whole number ≥ 0.');
};

const program = new Command('distillery')
  .description('Online knowledge-distillation experiments: run, watch, compare.')
  .option('--runs <folder>', 'where runs are kept', 'runs')
  .version(packageJson.version)
  .showHelpAfterError()
  .exitOverride();
const runs = () => program.opts<{ runs: string }>().runs;
const SET = ['--set <path=value>', 'override a setting; may be repeated', collect, [] as string[]] as const;
const JSON_FLAG = ['--json', 'for programs: one JSON object a line on stdout', false] as const;

/** Loaded when asked for: what needs tensors takes half a second to load. */
const networks = () => import('./cli/networks.ts');
const daemon = () => import('./cli/daemon.ts');

const isBadInput = (error: unknown): boolean =>
  error instanceof BadInput ||
  (error instanceof StoreError &&
    ['unwritable-folder', 'no-checkpoint', 'missing-file'].includes(error.code)) ||
  (error instanceof ProtocolError && error.code === 'wrong-state');

/** Every action gives the process its exit code. */
const exits =
  <A extends unknown[]>(action: (...args: A) => Promise<number> | number) =>
  async (...args: A): Promise<void> => {
    process.exitCode = await action(...args);
  };

program
  .command('new <file>')
  .description('write a new experiment file')
  .option('--method <name>', 'distillation method', 'dkel')
  .option('--dataset <name>', 'cifar10, imageFolder, …; data list names them', 'mnist')
  .option('--environment <name>', 'for methods that act in one: pendulum, cartPole, …', 'pendulum')
  .action(
    exits((file: string, o: { method: string; dataset: string; environment: string }) =>
      newExperiment(file, o.method, o),
    ),
  );

program
  .command('run <file>')
  .description('run an experiment and follow it to its end; Ctrl-C means checkpoint and stop')
  .option(...SET)
  .option('--detach', 'hand the run to the daemon and return', false)
  .option('--serve', 'print the address of the live page', false)
  .option(...JSON_FLAG)
  .action(
    exits(async (file: string, o: { set: string[]; json: boolean; detach: boolean; serve: boolean }) =>
      o.detach
        ? (await daemon()).runDetached(file, { runs: runs(), ...o })
        : runAttached(file, { runs: runs(), ...o }),
    ),
  );

program
  .command('branch <run>')
  .description('a new run from a checkpoint of another one, with changed settings if wanted')
  .requiredOption('--step <n>', 'step of the checkpoint', count)
  .option(...SET)
  .option(...JSON_FLAG)
  .action(
    exits((run: string, o: { step: number; set: string[]; json: boolean }) => branchAttached(runs(), run, o)),
  );

program
  .command('again <run>')
  .description(
    'run once more what a run really ran, so that every number is the same; says what is in the way',
  )
  .option(...JSON_FLAG)
  .action(exits((run: string, o: { json: boolean }) => repeatAttached(runs(), run, o.json)));

program
  .command('resume <run>')
  .description('un-pause a live run, or go on from the newest checkpoint')
  .option(...JSON_FLAG)
  .action(exits((run: string, o: { json: boolean }) => resume(runs(), run, o.json)));

for (const wish of ['stop', 'pause'] as const)
  program
    .command(`${wish} <run>`)
    .description(`ask a run to checkpoint and ${wish}`)
    .action(exits((run: string) => want(runs(), run, wish)));

program
  .command('list')
  .description('all runs, oldest first')
  .option(...JSON_FLAG)
  .action(exits((o: { json: boolean }) => list(runs(), o.json)));

program
  .command('show <run>')
  .description('one run')
  .option(...JSON_FLAG)
  .action(exits((run: string, o: { json: boolean }) => showRun(runs(), run, o.json)));

program
  .command('prune [run]')
  .description('delete checkpoints of ended runs; of all runs where none is named')
  .option('--keep-last <n>', 'newest to keep', count, 1)
  .option('--keep-best <n>', 'best to keep', count, 1)
  .action(
    exits((run: string | undefined, o: { keepLast: number; keepBest: number }) =>
      prune(runs(), run, o.keepLast, o.keepBest),
    ),
  );

program
  .command('eval <run>')
  .description('evaluate the networks of a checkpoint')
  .option('--data <split>', 'validation or test', 'validation')
  .option('--checkpoint <which>', 'best, last or a step', 'best')
  .option(...JSON_FLAG)
  .action(
    exits(async (run: string, o: { data: string; checkpoint: string; json: boolean }) =>
      (await networks()).evaluateRun(runs(), run, o),
    ),
  );

program
  .command('export <run>')
  .description('write one role as a TF.js layers model')
  .option(
    '--role <role>',
    'peer1, ensemble, teacher2, …; best = the best head on the validation split',
    'best',
  )
  .requiredOption('--out <folder>', 'an empty or new folder')
  .option('--checkpoint <which>', 'best, last or a step', 'best')
  .action(
    exits(async (run: string, o: { role: string; out: string; checkpoint: string }) =>
      (await networks()).exportRole(runs(), run, o),
    ),
  );

program
  .command('compare <subject...>')
  .description('compare networks: run[@checkpoint][:role] …, the first is the reference; Ctrl-C cancels')
  .option('--split <split>', 'validation (of the reference) or test', 'validation')
  .option('--markdown', 'tables for a paper’s appendix', false)
  .option('--json', 'for programs: one JSON object on stdout', false)
  .option('--out <file>', 'write to a file; .json and .md say what')
  .option('--fresh', 'compute again what is known already', false)
  .action(
    exits(async (subjects: string[], o: CompareOptions) =>
      (await import('./cli/compare.ts')).compare(runs(), subjects, o),
    ),
  );

program
  .command('validate <file>')
  .description('errors and warnings of an experiment; only errors exit with 2')
  .option(...SET)
  .option(...JSON_FLAG)
  .action(exits((file: string, o: { set: string[]; json: boolean }) => validate(file, o.set, o.json)));

program
  .command('resolve <file>')
  .description('the experiment with every default filled in')
  .option(...SET)
  .action(exits((file: string, o: { set: string[] }) => printResolved(file, o.set)));

program
  .command('diff <experiments...>')
  .description(
    'how experiment files, runs, or files of a git revision (HEAD~1:./x.distill.yaml) differ, effectively',
  )
  .option(...JSON_FLAG)
  .option('--markdown', 'a table to paste', false)
  .option('--csv', 'values alone', false)
  .action(
    exits((names: string[], o: { json: boolean; markdown: boolean; csv: boolean }) => diff(runs(), names, o)),
  );

program
  .command('explain <before> <after>')
  .description('in what two runs differ, settings and origin, in order of likely effect')
  .option(...JSON_FLAG)
  .action(
    exits((before: string, after: string, o: { json: boolean }) => explain(runs(), before, after, o.json)),
  );

program
  .command('serve')
  .description('print the address of the live page; a daemon is started where none lives')
  .option(...JSON_FLAG)
  .action(exits(async (o: { json: boolean }) => (await daemon()).serve(runs(), o.json)));

program
  .command('doctor')
  .description('which backends work here, and exactly why the others do not')
  .option('--quick', 'do not time them', false)
  .option(...JSON_FLAG)
  .action(exits(async (o: { json: boolean; quick: boolean }) => (await import('./cli/doctor.ts')).doctor(o)));

program
  .command('native')
  .description('native packages, which are optional')
  .command('install <package>')
  .description('install tfjs-node-gpu, tfjs-node, webgpu or sharp into a folder, for DISTILLERY_NATIVE')
  .requiredOption('--into <folder>', 'what is there already stays')
  .option(...JSON_FLAG)
  .action(
    exits(async (name: string, o: { into: string; json: boolean }) =>
      (await import('./cli/native.ts')).installPackage(name, o),
    ),
  );

const data = program.command('data').description('data sets: what is here, and getting what is not');
/** Loaded when asked for: decoding, downloading. */
const dataCommands = () => import('./cli/data.ts');

data
  .command('list')
  .description('which data sets are here, and where')
  .option(...JSON_FLAG)
  .action(exits(async (o: { json: boolean }) => (await dataCommands()).listData(o.json)));

data
  .command('add <set> <folder>')
  .description('note where a data set lies already: its official archive, unpacked or not')
  .action(exits(async (set: string, folder: string) => (await dataCommands()).addData(set, folder)));

data
  .command('check <what>')
  .description('read a data set, or that of an experiment file, wholly: digests, sizes, labels, every image')
  .option(...JSON_FLAG)
  .action(
    exits(async (what: string, o: { json: boolean }) => (await dataCommands()).checkData(what, o.json)),
  );

data
  .command('download <set>')
  .description('get a data set from its authors; Ctrl-C cancels, and the next try goes on from there')
  .option(...JSON_FLAG)
  .action(
    exits(async (set: string, o: { json: boolean }) => (await dataCommands()).downloadData(set, o.json)),
  );

data
  .command('preview <experiment>')
  .description('write a picture of training samples with the views that the first step sees')
  .option('--out <file>', 'a PNG file', 'views.png')
  .option('--samples <n>', 'rows', count, 8)
  .option('--views <m>', 'views of each sample', count, 3)
  .action(
    exits(async (file: string, o: { out: string; samples: number; views: number }) =>
      (await dataCommands()).previewData(file, o),
    ),
  );

program.command('schema').description('JSON Schema of the experiment file').action(exits(printSchema));

program
  .command('methods')
  .description('the distillation methods and their sources')
  .option(...JSON_FLAG)
  .action(exits((o: { json: boolean }) => printMethods(o.json)));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')) {
    // Help and version are no mistakes; the message itself is printed already.
    process.exitCode = ['commander.helpDisplayed', 'commander.help', 'commander.version'].includes(
      String(error.code),
    )
      ? EXIT.ok
      : EXIT.badInput;
  } else {
    tell(error instanceof Error ? error.message : String(error));
    // Errors of store and protocol know what to do next.
    if (error instanceof Error && 'next' in error) tell(String(error.next));
    process.exitCode = isBadInput(error) ? EXIT.badInput : EXIT.failed;
  }
}
