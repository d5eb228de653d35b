import { totalmem } from 'node:os';
import { join } from 'node:path';
import { Uri, workspace, type ExtensionContext } from 'vscode';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import { findExperimentFiles } from '../experimentFiles.ts';
import { remember } from '../log.ts';
import type { RunsModel } from '../runs/runsModel.ts';
import { bestText, runTitle } from '../runs/runText.ts';
import type { SidecarLink } from '../sidecar/link.ts';
import type { Sidecar } from '../sidecar/sidecar.ts';
import type { NamedData } from './namedData.ts';
import type { KnownRun, Surroundings } from './service/surroundings.ts';

/** As many runs as one would choose from; estimates need fewer. */
const KNOWN_RUNS = 30;

/** What the daemon says of one run besides its record. It is asked again only when there may be something new. */
interface Details {
  readonly asOf: string;
  readonly checkpoints: number[];
  readonly batchSize: number | null;
}

/** Gathers what the language service cannot see in the text. */
export class SurroundingsReader {
  readonly #context: ExtensionContext;
  readonly #model: RunsModel;
  readonly #sidecar: Sidecar;
  readonly #details = new Map<string, Details>();
  #named: Promise<NamedData> | null = null;

  constructor(context: ExtensionContext, model: RunsModel, sidecar: Sidecar) {
    this.#context = context;
    this.#model = model;
    this.#sidecar = sidecar;
  }

  async read(): Promise<Surroundings> {
    const files = await findExperimentFiles();
    return {
      documentation: Uri.joinPath(this.#context.extensionUri, 'docs/configuration.md').toString(),
      runs: await this.#runs(),
      experiments: files.map((uri) => uri.toString()).sort(),
      datasetProblems: await this.#datasetProblems(),
      data: await this.#data(files),
      memoryBytes: totalmem(),
    };
  }

  async #datasetProblems(): Promise<Record<string, string>> {
    const link = this.#sidecar.current;
    if (!link?.daemon) return {};
    try {
      return (await link.request('system/datasets', {})).problems;
    } catch (error) {
      // An older daemon does not know, and a lost link is asked again.
      remember(error);
      return {};
    }
  }

  /** Of data sets that experiments name by a path; only a trusted workspace has its folders looked into. */
  async #data(files: readonly Uri[]): Promise<Surroundings['data']> {
    const link = this.#sidecar.current;
    if (!link?.daemon || !workspace.isTrusted) return {};
    this.#named ??= import('./namedData.ts').then(({ NamedData }) => new NamedData());
    return (await this.#named).of(link, files);
  }

  async #runs(): Promise<KnownRun[]> {
    const link = this.#sidecar.current;
    const newest = this.#model.runs.slice(-KNOWN_RUNS).reverse();
    if (!link?.daemon) return [];
    try {
      return await Promise.all(newest.map((run) => this.#known(link, run)));
    } catch (error) {
      // The link was lost, or a run deleted, meanwhile: the model changes, and this is read again.
      remember(error);
      return [];
    }
  }

  async #known(link: SidecarLink, run: RunSummary): Promise<KnownRun> {
    const { record } = run;
    const { checkpoints, batchSize } = await this.#detailsOf(link, run);
    return {
      id: record.id,
      name: runTitle(run),
      folder: Uri.file(join(this.#sidecar.runsFolder, record.id)).toString(),
      method: record.method,
      model: record.model,
      dataset: record.dataset,
      batchSize,
      secondsPerStep: record.step > 0 && record.activeSeconds > 0 ? record.activeSeconds / record.step : null,
      backend: record.backend?.name ?? null,
      headline: bestText(run),
      checkpoints,
      best: record.best?.step ?? null,
    };
  }

  async #detailsOf(link: SidecarLink, { record }: RunSummary): Promise<Details> {
    const run = record.id;
    const known = this.#details.get(run);
    const asOf = `${record.status} ${String(record.best?.step)} ${record.epoch.toFixed(0)}`;
    if (known?.asOf === asOf) return known;
    const details = { asOf, ...(await askDetails(link, run)) };
    this.#details.set(run, details);
    return details;
  }
}

/** A run that cannot be read, since its files are broken, has none: it hides no other. */
async function askDetails(link: SidecarLink, run: string): Promise<Omit<Details, 'asOf'>> {
  try {
    const [{ checkpoints }, { parameters }] = await Promise.all([
      link.request('runs/show', { run }),
      link.request('runs/parameters', { runs: [run] }),
    ]);
    const batchSize = Number(parameters[run]?.['training.batchSize']);
    return {
      checkpoints: checkpoints.map(({ step }) => step).sort((a, b) => a - b),
      batchSize: Number.isFinite(batchSize) ? batchSize : null,
    };
  } catch (error) {
    // Nothing was learnt of the run where only the link was lost.
    if (!link.daemon) throw error;
    remember(error);
    return { checkpoints: [], batchSize: null };
  }
}
