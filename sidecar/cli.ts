import { Command } from 'commander';
import { EXIT, tell } from './cli/output.ts';
import { runAttached } from './cli/run.ts';

const collect = (value: string, before: readonly string[]) => [...before, value];

const program = new Command('distillery')
  .description('Online knowledge-distillation experiments.')
  .option('--runs <folder>', 'where runs are kept', 'runs');
const runs = () => program.opts<{ runs: string }>().runs;

program
  .command('run <file>')
  .description('run an experiment and follow it to its end')
  .option('--set <path=value>', 'override a setting; may be repeated', collect, [])
  .option('--json', 'one JSON object a line on stdout', false)
  .action(async (file: string, options: { set: string[]; json: boolean }) => {
    process.exitCode = await runAttached(file, { runs: runs(), ...options });
  });

try {
  await program.parseAsync();
} catch (error) {
  tell(error instanceof Error ? error.message : String(error));
  process.exitCode = EXIT.failed;
}
