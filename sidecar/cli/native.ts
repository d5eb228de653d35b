import { resolve } from 'node:path';
import { installNative, NATIVE_PACKAGES, type NativePackageName } from '../backends/nativeInstall.ts';
import { BadInput, EXIT, say, sayJson, tell } from './output.ts';

const isKnown = (name: string): name is NativePackageName => Object.hasOwn(NATIVE_PACKAGES, name);

/** Installs a native package into a folder that DISTILLERY_NATIVE may then name. Progress is said line by line. */
export async function installPackage(
  name: string,
  options: { readonly into: string; readonly json: boolean },
): Promise<number> {
  const known = Object.keys(NATIVE_PACKAGES).join(', ');
  if (!isKnown(name)) throw new BadInput(`${name} is no native package. Choose one of ${known}.`);
  const into = resolve(options.into);
  const { npmName, version, size } = NATIVE_PACKAGES[name];
  const progress = (text: string): void => {
    if (options.json) sayJson({ event: 'progress', text });
    else say(text);
  };
  progress(`installing ${npmName} ${version} into ${into}: ${size}`);
  const cancelled = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      cancelled.abort();
    });
  const lines = byLine(progress);
  const outcome = await installNative({
    name,
    into,
    machine: process,
    env: process.env,
    say: lines.take,
    signal: cancelled.signal,
  });
  lines.end();
  if (options.json) sayJson({ event: 'end', ok: outcome.ok, lines: outcome.lines });
  else for (const line of outcome.lines) (outcome.ok ? say : tell)(line);
  if (outcome.ok) return EXIT.ok;
  return cancelled.signal.aborted ? EXIT.stopped : EXIT.failed;
}

/** Output comes in pieces that end anywhere. */
function byLine(tellLine: (line: string) => void): { take: (text: string) => void; end: () => void } {
  let rest = '';
  return {
    take: (text) => {
      const lines = (rest + text).split(/\r?\n|\r/u);
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') tellLine(line);
    },
    end: () => {
      if (rest.trim() !== '') tellLine(rest);
    },
  };
}
