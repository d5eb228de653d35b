/** `node daemon.js --runs <folder>`: the daemon of a runs folder, until it is idle or told to end. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { comparisonLauncher } from '../launchers/comparison.ts';
import { localLauncher } from '../launchers/local.ts';
import { configuredExperiments } from './configuredExperiments.ts';
import { runDaemon } from './runDaemon.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string' }, parallelism: { type: 'string', default: '1' } },
});
const parallelism = Number(values.parallelism);
if (values.runs === undefined || !Number.isInteger(parallelism) || parallelism < 1) {
  process.stderr.write('usage: daemon --runs <folder> [--parallelism <trainers at a time>]\n');
  process.exit(2);
}

/** Everything is bundled into one folder. */
const besides = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const code = await runDaemon({
  runsFolder: values.runs,
  launcher: localLauncher({ trainerEntry: besides('trainer.js') }),
  comparisons: comparisonLauncher({ entry: besides('comparison.js') }),
  experiments: configuredExperiments,
  webviewFolder: besides('webview'),
  product: { name: packageJson.name, version: packageJson.version },
  parallelism,
});
process.exit(code);
