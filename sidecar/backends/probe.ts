/**
 * A child process of `doctor`: prepares the backend named by its first argument, times a training step, and sends its
 * parent a `ProbeResult`. Apart, because a native package may crash or hang. A second argument names the file that
 * optional packages are looked up from (empty: this one);
 * a third, `prepare`, leaves the timing out.
 */
import { installedModules, modulesFrom } from '../assets/modules.ts';
import { backendOptions } from './options.ts';
import { prepareBackend } from './prepare.ts';
import { reasonOf } from './prepared.ts';
import { probeSpeed } from './probeSpeed.ts';

/** What a probe found. */
export type ProbeResult =
  | {
      readonly usable: true;
      readonly device: string;
      readonly version: string;
      /** Folder of the native package, null for what is built in. */
      readonly location: string | null;
      /** Null when it was not timed. */
      readonly imagesPerSecond: number | null;
    }
  | { readonly usable: false; readonly reason: string };

async function probe(): Promise<ProbeResult> {
  const [, , name, from, what] = process.argv;
  try {
    const modules = from === undefined || from === '' ? installedModules() : modulesFrom(from);
    const choice = backendOptions.parse(name);
    const {
      device,
      version,
      location = null,
      fault,
    } = await prepareBackend(choice, { env: {}, modules, allowSoftware: false });
    const imagesPerSecond = what === 'prepare' ? null : await probeSpeed();
    const failed = fault();
    if (failed !== null) return { usable: false, reason: failed };
    return { usable: true, device, version, location, imagesPerSecond };
  } catch (thrown) {
    return { usable: false, reason: reasonOf(thrown).replace(`backend ${name ?? ''}: `, '') };
  }
}

process.send?.(await probe(), () => {
  // Dawn would hold the process open.
  process.exit(0);
});
