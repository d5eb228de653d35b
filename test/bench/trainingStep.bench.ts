/**
 * The benchmark: one training step of ResNet-8 (32×32 images, batch 32: forward, backward, SGD) on the WASM backend,
 * through stock TensorFlow.js and through ours, in turns in one process; then PyTorch on the CPU where a Python with
 * torch is named (--python or DISTILLERY_BENCH_PYTHON); then the memory of many steps.
 *
 * Ends with code 1 if a goal is missed: six times stock; no tensor and less than 5 % of resident memory more.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { prepareBackend } from '../../sidecar/backends/prepare.ts';
import { Network } from '../../sidecar/models/network.ts';
import { judge } from './judge.ts';
import { watchMemory } from './memory.ts';
import { ourStep } from './ourStep.ts';
import { timePytorch } from './pytorchStep.ts';
import { inTurns, type Step } from './step.ts';
import { stockStep } from './stockStep.ts';
import { BATCH, makeBatch, resnet8 } from './task.ts';

const GOAL_RATIO = 6;
const GOAL_GROWTH = 0.05;
/** Steps before anything is timed: the engine compiles what runs often a second time, better. */
const WARM_UP = 5;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    'memory-steps': { type: 'string', default: '1000' },
    python: { type: 'string' },
  },
});
const python = values.python ?? process.env['DISTILLERY_BENCH_PYTHON'];

const line = (name: string, milliseconds: number, note = ''): void => {
  const speed = `${milliseconds.toFixed(1).padStart(8)} ms a step ${((1000 * BATCH) / milliseconds).toFixed(0).padStart(6)} images/s`;
  console.log(`${name.padEnd(34)}${speed}  ${note}`);
};
const { device } = await prepareBackend('wasm', { env: {} });
console.log(
  `ResNet-8, 32×32×3, batch ${BATCH}; ${cpus()[0]?.model ?? 'unknown processor'}; Node ${process.version}; ${device}`,
);

const network = new Network('benchmark', resnet8, { seed: 1 });
const batch = makeBatch();
const sides: [Step, Step] = [stockStep(network, batch), ourStep(network, batch)];
const losses = sides.map((step) => Array.from({ length: WARM_UP }, step));
console.log(`losses of the first step: stock ${losses[0]?.[0] ?? NaN}, ours ${losses[1]?.[0] ?? NaN}`);
const [stock, ours] = inTurns(sides, Number(values.rounds)) as [number, number];
line('stock TensorFlow.js', stock);
line('ours', ours, `${(stock / ours).toFixed(2)} × stock`);
judge(`at least ${GOAL_RATIO} times stock`, stock / ours >= GOAL_RATIO);

if (python === undefined) {
  console.log('PyTorch: not measured; name a Python with torch by --python or DISTILLERY_BENCH_PYTHON');
} else {
  try {
    for (const { threads, layout, milliseconds } of timePytorch(python)) {
      const name = `PyTorch, ${threads} thread${threads === 1 ? '' : 's'}, ${layout === 'channels_last' ? 'NHWC' : 'NCHW'}`;
      line(name, milliseconds, `ours is ${(milliseconds / ours).toFixed(2)} × as fast`);
    }
  } catch (error) {
    console.log(
      `PyTorch: not measured; ${python}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

const { steps, tensors, resident, growth } = await watchMemory(sides[1], Number(values['memory-steps']));
const megabytes = resident.map((bytes) => (bytes / 2 ** 20).toFixed(0));
console.log(
  `${steps} steps: ${tensors.join(' → ')} tensors, ${megabytes.join(' → ')} MiB resident (${(100 * growth).toFixed(1)} %)`,
);
judge('tensors constant', tensors[0] === tensors[1]);
judge(`resident memory grows by less than ${100 * GOAL_GROWTH} %`, growth < GOAL_GROWTH);
