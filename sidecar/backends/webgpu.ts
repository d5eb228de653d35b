import { existsSync } from 'node:fs';
import { engine, env, setBackend } from '@tensorflow/tfjs-core';
import type { Modules } from '../assets/modules.ts';
import { BackendUnusable, reasonOf, type Activated } from './prepared.ts';
import { packageFolder } from './packages.ts';
import { mendAddN } from './webgpu/addN.ts';
import { watchDevice } from './webgpu/deviceErrors.ts';
import type { WebgpuBackend } from './webgpu/programs.ts';

const PACKAGE = 'webgpu';

/** What this file uses of the npm package `webgpu` (Dawn) and of a WebGPU adapter. */
interface Dawn {
  readonly create: (options: string[]) => Gpu;
  readonly globals: object;
}
interface Gpu {
  requestAdapter(options: {
    powerPreference: 'high-performance';
  }): Promise<{ readonly info: AdapterInfo } | null>;
}
/** How an adapter describes itself; every part may be empty. */
export interface AdapterInfo {
  readonly vendor?: string;
  readonly architecture?: string;
  readonly device?: string;
  readonly description?: string;
  readonly isFallbackAdapter?: boolean;
}

/** Names under which renderers in software go. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|warp/i;

/** Whether an adapter is the CPU in disguise: right, but a hundred times slower than the embedded backend. */
export function isSoftwareAdapter(info: AdapterInfo): boolean {
  return info.isFallbackAdapter === true || SOFTWARE.test(describe(info));
}

function describe({ vendor, architecture, device, description }: AdapterInfo): string {
  const parts = [description, vendor, architecture, device].filter(
    (part) => part !== undefined && part !== '',
  );
  return parts.join(', ');
}

/** Device files of which a GPU under Linux has at least one: Mesa, NVIDIA, and Windows below. */
const LINUX_DEVICES = ['/dev/dri', '/dev/nvidia0', '/dev/nvidiactl', '/dev/dxg'] as const;

/** Why there can be no GPU, or null: spares most machines the loading of a hundred megabytes and its complaints. */
export const noGpuDevice = (): string | null =>
  process.platform !== 'linux' || LINUX_DEVICES.some((path) => existsSync(path))
    ? null
    : `no GPU here: none of ${LINUX_DEVICES.join(', ')} exists`;

/**
 * Any GPU by way of Dawn. The process that calls this must end by `process.exit`: Dawn holds it open.
 *
 * @param allowSoftware whether a software adapter will do: only when the backend was asked for by name
 */
export async function activateWebgpu(modules: Modules, allowSoftware: boolean): Promise<Activated> {
  const dawn = await loadDawn(modules);
  const gpu = dawn.create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null)
    throw new BackendUnusable('no GPU adapter found (no driver for Vulkan, Metal or Direct3D 12)');
  const { info } = adapter;
  if (isSoftwareAdapter(info) && !allowSoftware) {
    throw new BackendUnusable(
      `the only adapter is software (${describe(info)}); name the backend to use it anyway`,
    );
  }
  // Both must be in place before tfjs-backend-webgpu is loaded: it looks at navigator.gpu once.
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'node' }, configurable: true });
  const { version_webgpu } = (await import('@tensorflow/tfjs-backend-webgpu')) as { version_webgpu?: string };
  // Else small tensors that were never on the GPU are computed in JavaScript, rounded differently: a resumed run, whose
  // weights come from a file, would not equal an uninterrupted one.
  env().set('WEBGPU_CPU_FORWARD', false);
  if (!(await setBackend('webgpu'))) throw new BackendUnusable('tfjs-backend-webgpu did not initialise');
  const { device } = engine().backend as unknown as WebgpuBackend;
  const fault = watchDevice(device);
  mendAddN(device.limits.maxStorageBuffersPerShaderStage);
  return {
    device: `${isSoftwareAdapter(info) ? 'software' : 'GPU'} (${describe(info)})`,
    location: dawn.location,
    version: `tfjs-backend-webgpu ${version_webgpu ?? '4.22.0'} on Dawn`,
    readIsFree: false,
    fault,
  };
}

async function loadDawn(modules: Modules): Promise<Dawn & { readonly location: string }> {
  try {
    const location = packageFolder(PACKAGE, modules);
    const { create, globals } = (await modules.load(PACKAGE)) as Partial<Dawn>;
    if (typeof create === 'function' && typeof globals === 'object') return { create, globals, location };
  } catch (thrown) {
    throw new BackendUnusable(`package ${PACKAGE}: ${reasonOf(thrown)}`, { cause: thrown });
  }
  throw new BackendUnusable(`package ${PACKAGE} loads, but exports no create() and globals`);
}
