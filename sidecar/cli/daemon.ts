import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import { pageUrl, readDiscovery } from '../client/discoveryFile.ts';
import { findOrStart } from '../client/findOrStart.ts';
import type { Handshake } from '../client/handshake.ts';
import { realFolder } from '../client/stateFolder.ts';
import { EXIT, report, say, sayJson, tell } from './output.ts';

/** The daemon of a runs folder: the one that lives, or a new one. */
function daemonOf(runsFolder: string): Promise<Handshake> {
  return findOrStart(resolve(runsFolder), {
    identity: { name: 'cli', version: packageJson.version },
    start: { entry: fileURLToPath(new URL('./daemon.js', import.meta.url)) },
    onProblem: tell,
  });
}

/** Where the live page is; the token stands in the fragment, which browsers never send. */
function pageOf(runsFolder: string): string {
  const discovery = readDiscovery(realFolder(resolve(runsFolder)))?.discovery;
  if (!discovery) throw new Error(`No daemon has published itself for ${resolve(runsFolder)}. Try again.`);
  return pageUrl(discovery);
}

/** Prints the address of the live page; the daemon ends by itself when nobody needs it. */
export async function serve(runsFolder: string, json: boolean): Promise<number> {
  const { connection } = await daemonOf(runsFolder);
  connection.close();
  const url = pageOf(runsFolder);
  if (json) sayJson({ event: 'serve', url });
  else tell(`page ${url}`);
  return EXIT.ok;
}

/** Hands a run to the daemon and returns: it outlives this terminal. */
export async function runDetached(
  file: string,
  options: { readonly runs: string; readonly set: readonly string[]; readonly json: boolean },
): Promise<number> {
  const { connection } = await daemonOf(options.runs);
  try {
    const started = await connection.request('runs/start', {
      source: { kind: 'file', path: resolve(file) },
      overrides: [...options.set],
    });
    if (started.kind === 'rejected') {
      report(started.findings, options.json);
      return EXIT.badInput;
    }
    report(started.findings, false);
    const { id } = started.run.record;
    const url = pageOf(options.runs);
    if (options.json) sayJson({ event: 'queued', run: id, url });
    else say(`${id} is queued; ${url}`);
    return EXIT.ok;
  } finally {
    connection.close();
  }
}
