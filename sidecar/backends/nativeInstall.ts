import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { modulesFrom } from '../assets/modules.ts';
import { NOTHING_LEFT, type Machine, type NativeOutcome } from './native.ts';
import { runNpm } from './npm.ts';
import { hasLibrary, packageFolder } from './packages.ts';
import { reasonOf } from './prepared.ts';

interface NativePackage {
  readonly npmName: string;
  /** The one that this version was made for. */
  readonly version: string;
  /** Its install script downloads the library; without one the package holds it. */
  readonly hasScript: boolean;
  /** Platform and architecture, joined by a hyphen. */
  readonly machines: readonly string[];
  readonly size: string;
}

/** What can be installed. */
export const NATIVE_PACKAGES = {
  'tfjs-node-gpu': {
    npmName: '@tensorflow/tfjs-node-gpu',
    version: '4.22.0',
    hasScript: true,
    machines: ['linux-x64', 'win32-x64'],
    size: 'some hundred megabytes from storage.googleapis.com; needs CUDA 11.2 and cuDNN 8.1 at run time',
  },
  'tfjs-node': {
    npmName: '@tensorflow/tfjs-node',
    version: '4.22.0',
    hasScript: true,
    machines: ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64'],
    size: 'some hundred megabytes from storage.googleapis.com',
  },
  webgpu: {
    npmName: 'webgpu',
    version: '0.6.2',
    hasScript: false,
    machines: ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'],
    size: 'about 130 MB from the npm registry',
  },
  // No backend: it decodes images, which WebAssembly does too.
  sharp: {
    npmName: 'sharp',
    version: '0.35.5',
    hasScript: false,
    machines: ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'],
    size: 'about 20 MB from the npm registry',
  },
} as const satisfies Record<string, NativePackage>;

export type NativePackageName = keyof typeof NATIVE_PACKAGES;

export interface InstallRequest {
  readonly name: NativePackageName;
  /** Absolute path of the folder that gets `node_modules`; what it has already stays. */
  readonly into: string;
  readonly machine: Machine;
  readonly env: NodeJS.ProcessEnv;
  /** Hears npm's output as it comes. */
  readonly say: (text: string) => void;
  /** Cancels: npm and its scripts are ended, and the folder is as before. */
  readonly signal: AbortSignal;
  /** Program and first arguments; left out: npm. */
  readonly npm?: readonly [string, ...string[]];
}

/** Installs a native package into a folder, whole or not at all. */
export async function installNative(request: InstallRequest): Promise<NativeOutcome> {
  const { name, into, machine, signal } = request;
  const wanted: NativePackage = NATIVE_PACKAGES[name];
  const system = `${machine.platform}-${machine.arch}`;
  const failed = (cause: string, ...next: string[]): NativeOutcome => ({
    ok: false,
    lines: [`${wanted.npmName} was not installed: ${cause}`, ...next],
  });
  if (!wanted.machines.includes(system))
    return failed(
      `it exists for ${wanted.machines.join(', ')} only; this is ${system}`,
      'Next: use the webgpu backend, which drives any GPU, or the embedded one.',
    );
  const temporary = `${into}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    if (existsSync(into)) cpSync(into, temporary, { recursive: true });
    else mkdirSync(temporary, { recursive: true });
    const manifest = path.join(temporary, 'package.json');
    if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true }\n');
    const { ok, cause } = await runNpm(commandFor(wanted, request.npm), { ...request, cwd: temporary });
    if (signal.aborted) return failed('it was cancelled', 'Nothing was changed.');
    if (!ok) return failed(cause ?? 'npm failed without saying why', ...NEXT);
    const folder = packageFolder(wanted.npmName, modulesFrom(path.join(temporary, 'from.js')));
    if (wanted.hasScript && !hasLibrary(folder)) return failed(cause ?? NOTHING_LEFT, ...NEXT);
    replace(temporary, into);
    return {
      ok: true,
      lines: [
        `${wanted.npmName} ${wanted.version} is in ${into}. \`distillery doctor\` tells whether it works here.`,
      ],
    };
  } catch (thrown) {
    return failed(
      reasonOf(thrown),
      'Next: choose a folder that can be written, on a disk with space for it.',
    );
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

const NEXT = [
  'Next: is npm on the PATH and the network reachable (proxy: HTTPS_PROXY)? A mirror of the library can be named by ' +
    'TFJS_NODE_CDN_STORAGE or TFJS_NODE_BASE_URI.',
  'Nothing was changed; everything works on the other backends.',
];

/** Install scripts run only where they fetch the library that was asked for. */
function commandFor(
  { npmName, version, hasScript }: NativePackage,
  npm: readonly [string, ...string[]] = ['npm'],
): readonly [string, ...string[]] {
  const [program, ...first] = npm;
  const options = ['--save-exact', '--no-audit', '--no-fund', '--loglevel=http'];
  const scripts = [`--ignore-scripts=${!hasScript}`, ...(hasScript ? ['--foreground-scripts'] : [])];
  return [program, ...first, 'install', `${npmName}@${version}`, ...scripts, ...options];
}

/** A folder takes the place of another one, which is gone only when the new one is there. */
function replace(temporary: string, into: string): void {
  if (!existsSync(into)) {
    renameSync(temporary, into);
    return;
  }
  const old = `${into}.${randomBytes(6).toString('hex')}.old`;
  renameSync(into, old);
  try {
    renameSync(temporary, into);
  } catch (thrown) {
    renameSync(old, into);
    throw thrown;
  }
  rmSync(old, { recursive: true, force: true });
}
