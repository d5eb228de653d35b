import path from 'node:path';
import type { Modules } from '../assets/modules.ts';
import { reasonOf } from './prepared.ts';
import { runNpm } from './npm.ts';
import { hasLibrary, packageFolder } from './packages.ts';

const PACKAGE = '@tensorflow/tfjs-node-gpu';

/** What fetching native TensorFlow would do here, or why it cannot be done. */
export type NativePlan =
  | {
      readonly supported: true;
      /** Folder that the command runs in. */
      readonly folder: string;
      /** Program and arguments. */
      readonly command: readonly [string, ...string[]];
      /** What a person should know before, line by line. */
      readonly explanation: readonly string[];
    }
  | { readonly supported: false; readonly reason: string };

/** The machine that a plan is for. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
}

/**
 * Plans the download of native TensorFlow with CUDA: the install script of tfjs-node-gpu, which an ordinary
 * installation of Distillery does not run.
 */
export function planNative({ platform, arch }: Machine, modules: Modules): NativePlan {
  if (arch !== 'x64' || (platform !== 'linux' && platform !== 'win32')) {
    return {
      supported: false,
      reason:
        `${PACKAGE} exists for Linux and Windows on x64 only; this is ${platform} on ${arch}. ` +
        'Use the webgpu backend, which drives any GPU.',
    };
  }
  let folder: string;
  try {
    folder = packageFolder(PACKAGE, modules);
  } catch (thrown) {
    return {
      supported: false,
      reason: `${PACKAGE} ${reasonOf(thrown)}. It is an optional dependency: run \`npm install --include=optional\` first.`,
    };
  }
  return {
    supported: true,
    // The folder that holds node_modules: npm finds the package from there.
    folder: path.resolve(folder, '..', '..', '..'),
    command: ['npm', 'rebuild', PACKAGE, '--ignore-scripts=false', '--foreground-scripts'],
    explanation: [
      `runs the install script of ${PACKAGE}: npm rebuild ${PACKAGE} --ignore-scripts=false`,
      'downloads libtensorflow 2.9.1 with GPU support (some hundred megabytes) from storage.googleapis.com, and a compiled binding',
      `unpacks both into ${folder}; nothing else is changed`,
      'needs CUDA 11.2 and cuDNN 8.1 at run time: without them TensorFlow goes on with the CPU, which `doctor` will show',
    ],
  };
}

/** How the download ended; `lines` say what happened, why, and what to do next. */
export interface NativeOutcome {
  readonly ok: boolean;
  readonly lines: readonly string[];
}

/** When an install script reports no error and yet has not fetched what it should. */
export const NOTHING_LEFT = 'the install script reported no error, but left no library or binding behind';

const NEXT_AFTER_DOWNLOAD = [
  'Next: check the network or proxy (HTTPS_PROXY) and run `npm run gpu` again, or name a mirror of the download by ' +
    'TFJS_NODE_CDN_STORAGE or TFJS_NODE_BASE_URI.',
  'Until then everything works on the other backends: `distillery doctor` lists them.',
];

/** Carries out a plan, its output passed on to `say`, and looks whether the binding and the library are there then. */
export async function fetchNative(
  plan: Extract<NativePlan, { supported: true }>,
  modules: Modules,
  env: NodeJS.ProcessEnv,
  say: (text: string) => void,
): Promise<NativeOutcome> {
  const { ok, cause } = await runNpm(plan.command, { cwd: plan.folder, env, say });
  const because = ok
    ? hasLibrary(packageFolder(PACKAGE, modules))
      ? null
      : (cause ?? NOTHING_LEFT)
    : (cause ?? 'the install script failed without saying why');
  if (because !== null)
    return { ok: false, lines: [`Native TensorFlow was not fetched: ${because}`, ...NEXT_AFTER_DOWNLOAD] };
  return {
    ok: true,
    lines: ['Native TensorFlow is in place. `distillery doctor` tells whether it finds the GPU.'],
  };
}
