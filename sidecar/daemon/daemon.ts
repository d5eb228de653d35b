/**
 * The daemon of a runs folder: serves, watches, queues. It holds no truth: killed and started again, it finds everything in
 * the run directories.
 *
 * API: Daemon.start(options) → Daemon, or the one that was there first; Daemon.pageUrl, ended, end(reason).
 */
import 'vscode-jsonrpc/node';
import { mkdirSync } from 'node:fs';
import type { WebSocket } from 'ws';
import { pageUrl } from '../client/discoveryFile.ts';
import { realFolder } from '../client/stateFolder.ts';
import type { ComparisonLauncher } from '../launchers/comparison.ts';
import type { Launcher } from '../launchers/launcher.ts';
import type { Discovery } from '../protocol/discovery.ts';
import type { RequestParams, RequestResult } from '../protocol/messages.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { claimFolder, predecessor, type Claim } from './claim.ts';
import { Comparisons } from './comparisons.ts';
import type { Log } from './log.ts';
import type { Experiments } from './experiments.ts';
import { RunQueue } from './queue.ts';
import { RunActions } from './runActions.ts';
import { RunDetails } from './runDetails.ts';
import { Server } from './server.ts';
import { SeriesHub } from './seriesHub.ts';
import { Session, type SessionServices } from './session.ts';
import { stopAll } from './stopAll.ts';
import { createToken } from './token.ts';
import { RunWatcher } from './watcher.ts';

export interface DaemonOptions {
  runsFolder: string;
  launcher: Launcher;
  comparisons: ComparisonLauncher;
  experiments: Experiments;
  /** Folder of the page's files. */
  webviewFolder: string;
  product: { name: string; version: string };
  log: Log;
  /** Trainers at a time, 1 unless told. */
  parallelism?: number;
  /** Milliseconds without client and without waiting or live run after which the daemon ends, ten minutes unless told. */
  idleMs?: number;
}

export type StartResult = { kind: 'started'; daemon: Daemon } | { kind: 'taken'; by: Discovery };

const CHECK_EVERY_MS = 1_000;
const IDLE_MS = 600_000;

export class Daemon {
  /** Resolves with the reason when it is over. */
  readonly ended: Promise<string>;
  readonly #server: Server;
  readonly #token: string;
  readonly #watcher: RunWatcher;
  readonly #hub: SeriesHub;
  readonly #queue: RunQueue;
  readonly #log: Log;
  readonly #services: SessionServices;
  readonly #sessions: Set<Session>;
  readonly #idleMs: number;
  #claim: Claim | null = null;
  #timer: NodeJS.Timeout | null = null;
  #idleSince = Date.now();
  #isEnding = false;
  #resolveEnded: (reason: string) => void = () => undefined;

  private constructor(
    options: Required<DaemonOptions>,
    server: Server,
    token: string,
    sessions: Set<Session>,
  ) {
    const { runsFolder, log } = options;
    this.#server = server;
    this.#token = token;
    this.#sessions = sessions;
    this.#log = log;
    this.#idleMs = options.idleMs;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#hub = new SeriesHub(() => {
      for (const session of sessions) session.sendSeries();
    }, log);
    this.#watcher = new RunWatcher(
      runsFolder,
      {
        changed: (run) => {
          for (const session of sessions) session.tell(run);
          this.#queue.advance();
        },
        removed: (id) => {
          for (const session of sessions) session.tellRemoved(id);
          this.#hub.forget(id);
        },
      },
      log,
    );
    this.#queue = new RunQueue(this.#watcher, options.launcher, options.parallelism, log);
    const { product, experiments } = options;
    this.#services = {
      token,
      product,
      runsFolder,
      watcher: this.#watcher,
      hub: this.#hub,
      actions: new RunActions(runsFolder, this.#watcher, experiments, this.#queue),
      details: new RunDetails(this.#watcher, experiments, log),
      comparisons: new Comparisons(runsFolder, options.comparisons, log),
      permit: () => {
        this.#queue.permit();
      },
      shutdown: (params) => this.#shutdown(params),
      log,
    };
  }

  /** Listens, then claims the folder; where another daemon lives, gives way to it. */
  static async start(options: DaemonOptions): Promise<StartResult> {
    mkdirSync(options.runsFolder, { recursive: true });
    const runsFolder = realFolder(options.runsFolder);
    const full = { parallelism: 1, idleMs: IDLE_MS, ...options, runsFolder };
    const before = await predecessor(runsFolder);
    if (before?.kind === 'alive') return { kind: 'taken', by: before.discovery };
    const sessions = new Set<Session>();
    let daemon: Daemon | null = null;
    const server = await Server.listen({
      webviewFolder: options.webviewFolder,
      ...(before ? { preferredPort: before.discovery.port } : {}),
      onSocket: (socket) => daemon?.accept(socket),
      log: options.log,
    });
    // Same port and token as a daemon that died: its pages then recover by themselves. Where somebody else has the port
    // by now, pages may have told them the token, so it is not used again.
    const token = before?.discovery.port === server.port ? before.discovery.token : createToken();
    daemon = new Daemon(full, server, token, sessions);
    const result = await claimFolder(
      {
        version: 1,
        runsFolder,
        port: server.port,
        token,
        pid: process.pid,
        startedAt: new Date().toISOString(),
        protocol: PROTOCOL_VERSION,
        product: options.product,
      },
      before?.generation ?? null,
    );
    if (result.kind === 'taken') {
      await daemon.end('another daemon serves this folder');
      return result;
    }
    await daemon.begin(result.claim);
    return { kind: 'started', daemon };
  }

  get pageUrl(): string {
    return pageUrl({ port: this.#server.port, token: this.#token });
  }

  async begin(claim: Claim): Promise<void> {
    this.#claim = claim;
    this.#log(`serving ${claim.runsFolder} on port ${this.#server.port}`);
    await this.#watcher.start();
    this.#queue.advance();
    this.#timer = setInterval(() => {
      this.#check(claim);
    }, CHECK_EVERY_MS);
  }

  accept(socket: WebSocket): void {
    const session = new Session(socket, this.#services);
    this.#sessions.add(session);
    socket.once('close', () => {
      this.#sessions.delete(session);
    });
  }

  /** Ends the daemon; trainers go on. */
  async end(reason: string): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#log(`ending: ${reason}`);
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#queue.end();
    this.#claim?.release();
    this.#watcher.close();
    this.#hub.end();
    this.#services.comparisons.end();
    await this.#server.close();
    this.#resolveEnded(reason);
  }

  async #shutdown({ runs }: RequestParams<'system/shutdown'>): Promise<RequestResult<'system/shutdown'>> {
    this.#log(`asked to end and ${runs} the runs`);
    this.#queue.end();
    const result =
      runs === 'stop' ? await stopAll(this.#watcher, this.#queue) : { stopped: [], stillRunning: [] };
    // After the answer is on its way.
    setImmediate(() => {
      void this.end('a client asked for it');
    });
    return result;
  }

  #check(claim: Claim): void {
    if (!claim.isMine()) {
      void this.end('its discovery file is gone, or another daemon took over');
      return;
    }
    this.#queue.advance();
    const isUsed = this.#queue.isBusy() || [...this.#sessions].some((session) => session.isAuthenticated);
    if (isUsed) this.#idleSince = Date.now();
    else if (Date.now() - this.#idleSince >= this.#idleMs) void this.end('idle');
  }
}
