import type { Uri } from 'vscode';
import { workspace } from 'vscode';
import { ExperimentDocument } from '../../sidecar/config/document.ts';
import { datasetOptions, type DatasetOptions } from '../../sidecar/config/experiment.ts';
import { remember } from '../log.ts';
import type { SidecarLink } from '../sidecar/link.ts';
import { dataKey, surroundingsSchema, type Surroundings } from './service/surroundings.ts';

/** Folders of many images are not read over and over while runs move. */
const LOOK_AGAIN_MS = 20_000;

type Data = Surroundings['data'];

/** Looks for the data sets whose files experiments name. Loaded with the first experiment: it takes the whole schema. */
export class NamedData {
  readonly #looked = new Map<string, { readonly at: number; readonly probed: Data[string] }>();

  /** By key, as the language service asks for it. */
  async of(link: SidecarLink, files: readonly Uri[]): Promise<Data> {
    const found = await Promise.all(files.map((uri) => this.#look(link, uri)));
    return Object.fromEntries(found.flat());
  }

  async #look(link: SidecarLink, uri: Uri): Promise<(readonly [key: string, probed: Data[string]])[]> {
    const dataset = await datasetIn(uri);
    if (dataset === null) return [];
    const key = dataKey(uri.toString(), dataset);
    const known = this.#looked.get(key);
    if (known && Date.now() - known.at < LOOK_AGAIN_MS) return [[key, known.probed]];
    try {
      const answer = await link.request('system/data', { file: uri.fsPath, dataset: { ...dataset } });
      const probed = surroundingsSchema.shape.data.valueType.parse(answer);
      this.#looked.set(key, { at: Date.now(), probed });
      return [[key, probed]];
    } catch (error) {
      // An older daemon does not know, and a lost link is asked again.
      remember(error);
      return [];
    }
  }
}

/** The data set of an experiment as it stands in the editor or on the disk, where it names files; else null. */
async function datasetIn(uri: Uri): Promise<DatasetOptions | null> {
  const open = workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  const text = open?.getText() ?? new TextDecoder().decode(await workspace.fs.readFile(uri));
  const { data } = new ExperimentDocument(uri.toString(), text);
  const dataset = datasetOptions.safeParse(data?.['dataset']);
  return dataset.success && 'path' in dataset.data && dataset.data.path !== undefined ? dataset.data : null;
}
