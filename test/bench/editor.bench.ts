/**
 * The extension in the real editor: what it weighs, how long it takes to activate, how long a number takes from the trainer's
 * clock to the screen, and what an hour of numbers leaves in memory. Needs Chromium and the editor (`npm test` installs it).
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromiumPath, launchBrowser } from '../support/browser.ts';
import { Editor, VSIX, whyNoEditor } from '../support/editor.ts';
import { EditorWindow } from '../support/editorWindow.ts';
import { runInHost } from '../support/inHost.ts';
import { newRun } from '../support/runsFolder.ts';
import { judge, quantile } from './judge.ts';

const ACTIVATIONS = 5;
/** An hour at ten points a second, each with all series; the pace of the trainer makes it minutes. */
const HOUR_OF_POINTS = 36_000;
const HYDRATIONS = 5;
const LATENCY_SECONDS = 30;

const experiment = (logEvery: number): string => `dataset: { name: synthetic }
models: { default: { name: mlp } }
method: { name: dkel }
training: { epochs: 100000, batchSize: 16 }
logging: { every: ${logEvery} }
evaluation: { every: 10 }
checkpoints: { every: 1000 }
`;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;

function sizeOf(path: string): number {
  if (path.endsWith('.map')) return 0;
  if (!statSync(path).isDirectory()) return statSync(path).size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

/** Resident memory of a process, in bytes. */
function residentBytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(?<value>\d+)/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.groups?.[
    'value'
  ];
  return 1024 * Number(kilobytes ?? NaN);
}

const reason = whyNoEditor();
if (reason !== null) process.exit(0);

for (const [name, path] of [
  ['VSIX', VSIX],
  ['extension', 'dist/extension.cjs'],
  ['page', 'dist/sidecar/webview'],
  ['sidecar without data', 'dist/sidecar'],
] as const) {
  const data = path === 'dist/sidecar' ? sizeOf('dist/sidecar/assets/mnist') : 0;
  console.log(`${name.padEnd(24)}${megabytes(sizeOf(path) - data).padStart(10)}`);
}

const browser = await launchBrowser(chromiumPath() ?? '', ['--js-flags=--expose-gc']);
const folder = mkdtempSync(join(tmpdir(), 'eb-'));
try {
  const inHost = await Editor.start({ inHost: true });
  const activations: number[] = [];
  for (let round = 0; round < ACTIVATIONS; round++) {
    const { results, log } = await runInHost(browser, inHost, folder, 'test/bench/editor/activation.ts');
    const [result] = results;
    if (typeof result?.value !== 'number') throw new Error(`no result: ${log.slice(-5).join('\n')}`);
    activations.push(result.value);
  }
  await inHost.stop();
  console.log(`activation               ${activations.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  judge('activates in less than 100 ms (median)', quantile(activations, 0.5) < 100);

  writeFileSync(join(folder, 'slow.distill.yaml'), experiment(5));
  writeFileSync(join(folder, 'dense.distill.yaml'), experiment(1));
  const editor = await Editor.start();
  const window = await EditorWindow.open(browser, editor, folder);
  const runs = join(folder, 'runs');
  await window.openFile('slow.distill.yaml');
  await window.command('Distillery: Start Run');
  await newRun(runs);
  const html = window.dashboard.locator('html');
  await window.dashboard.locator('html[data-newest-wall]').waitFor({ state: 'attached' });
  await pause(3_000);
  // As text: this program has no types of the page's world.
  const delays = await html.evaluate<number[], unknown>(`new Promise((done) => {
    const element = document.documentElement;
    const found = [];
    const observer = new MutationObserver(() => {
      found.push(Date.now() - 1000 * Number(element.dataset.newestWall));
    });
    observer.observe(element, { attributes: true, attributeFilter: ['data-newest-wall'] });
    setTimeout(() => { observer.disconnect(); done(found); }, ${1000 * LATENCY_SECONDS});
  })`);
  console.log(
    `number to pixel          median ${quantile(delays, 0.5).toFixed(0)} ms, p95 ${quantile(delays, 0.95).toFixed(0)} ms, ${delays.length} paints`,
  );
  judge('a number is on the screen within a second (p95)', quantile(delays, 0.95) < 1_000);
  // Hidden, a panel's page is gone; shown again it begins anew. The trainer takes a core for itself.
  const hydrate = async (when: string): Promise<number> => {
    const hydrations: number[] = [];
    for (let round = 0; round < HYDRATIONS; round++) {
      await window.command('Distillery: Open Dashboard');
      await window.openFile('dense.distill.yaml');
      await pause(1_000);
      await window.command('Distillery: Open Dashboard');
      await window.dashboard.locator('html[data-newest-wall]').waitFor({ state: 'attached' });
      hydrations.push(
        await html.evaluate<number, unknown>(
          `performance.getEntriesByName('distillery:drawn')[0].startTime
            - performance.getEntriesByName('distillery:start')[0].startTime`,
        ),
      );
    }
    console.log(
      `shown again, ${when.padEnd(12)}${hydrations.map((ms) => ms.toFixed(0)).join(', ')} ms from script to drawn chart`,
    );
    return quantile(hydrations, 0.5);
  };
  await hydrate('training');
  await window.command('Distillery: Stop');
  await pause(5_000);
  judge('is there again in less than 200 ms (median)', (await hydrate('stopped')) < 200);

  const known = readdirSync(runs);
  await window.openFile('dense.distill.yaml');
  await window.command('Distillery: Start Run');
  const dense = await newRun(runs, known);
  const step = (): number =>
    (JSON.parse(readFileSync(join(runs, dense, 'run.json'), 'utf8')) as { step: number }).step;
  const host = editor.processes(/--type=extensionHost/u)[0]?.pid ?? 0;
  const memory = async (): Promise<{ host: number; page: number }> => ({
    host: residentBytes(host),
    // What is garbage already does not count.
    page: await html.evaluate<number, unknown>('gc(), performance.memory.usedJSHeapSize'),
  });
  const samples: { step: number; host: number; page: number }[] = [];
  while (step() < HOUR_OF_POINTS) {
    await pause(2_000);
    samples.push({ step: step(), ...(await memory()) });
  }
  const fifth = Math.max(1, Math.floor(samples.length / 5));
  const median = (part: typeof samples, of: 'host' | 'page'): number =>
    quantile(
      part.map((each) => each[of]),
      0.5,
    );
  for (const of of ['host', 'page'] as const) {
    const [early, late] = [median(samples.slice(fifth, 2 * fifth), of), median(samples.slice(-fifth), of)];
    console.log(
      `memory of the ${of}       ${megabytes(early)} → ${megabytes(late)} over ${samples.at(-1)?.step ?? 0} steps with every series`,
    );
    judge(`the ${of} grows by less than 25 %`, late < 1.25 * early);
  }
  await window.command('Distillery: Stop');
  await window.close();
  await editor.stop();
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
