import { resolve } from 'node:path';
import { SingleBar } from 'cli-progress';
import { loadExperiment } from '../config/loadFile.ts';
import type { DatasetOptions } from '../config/experiment.ts';
import type { ResolvedExperiment } from '../config/load.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { downloadSet } from '../datasets/downloadSet.ts';
import { downloadBytes, DOWNLOADS } from '../datasets/downloads.ts';
import { assertDigest } from '../datasets/fetchFile.ts';
import { DataFault } from '../datasets/fault.ts';
import type { OfficialName } from '../datasets/official.options.ts';
import { findOfficial, TITLES } from '../datasets/officialSet.ts';
import { cacheFolder, dataFolder, downloadedFolder, noteSet } from '../datasets/places.ts';
import { probeData } from '../datasets/probe.ts';
import { openDataset } from '../datasets/registry.ts';
import { bytesIn, OFFICIAL_NAMES, officialNamed, setStates } from '../datasets/states.ts';
import { Sampler } from '../datasets/sampler.ts';
import { writeFileAtomic } from '../store/atomicFile.ts';
import { samplerOptions } from '../trainer/session.ts';
import { BadInput, EXIT, report, say, sayJson, table, tell } from './output.ts';

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

function known(name: string): OfficialName {
  const found = OFFICIAL_NAMES.find((each) => each === name);
  if (found) return found;
  throw new BadInput(
    `There is no data set ${name}. Choose one of ${OFFICIAL_NAMES.join(', ')}; a folder of images is named in an experiment.`,
  );
}

/** What there is, and where. */
export function listData(json: boolean): number {
  const data = dataFolder();
  const states = setStates(data);
  const cache = { path: cacheFolder(data), bytes: bytesIn(cacheFolder(data)) };
  if (json) {
    sayJson({
      folder: data,
      cache,
      sets: states.map((state) => ({ ...state, downloadBytes: downloadBytes(state.name) })),
    });
    return EXIT.ok;
  }
  const offered = (name: OfficialName): string => {
    const bytes = downloadBytes(name);
    return bytes === null ? '' : `a download of ${megabytes(bytes)}`;
  };
  say(
    table([
      ['data set', 'state', 'size', 'where'],
      ...states.map(({ name, how, bytes, path, problem }) =>
        problem === null
          ? [name, how ?? '', megabytes(bytes), path ?? '']
          : [name, 'missing', '', offered(name)],
      ),
      ['(decoded images)', '', megabytes(cache.bytes), cache.path],
    ]),
  );
  return EXIT.ok;
}

/** Notes where a set lies already. */
export function addData(name: string, folder: string): number {
  const set = known(name);
  const path = resolve(folder);
  const data = dataFolder();
  try {
    findOfficial(officialNamed(set, path), data);
  } catch (error) {
    if (error instanceof DataFault) throw new BadInput(error.message);
    throw error;
  }
  noteSet(data, set, path);
  say(`${TITLES[set]} is taken from ${path}.`);
  return EXIT.ok;
}

/** Opens a set, or that of an experiment, wholly: digests, sizes, labels, every image. */
export async function checkData(what: string, json: boolean): Promise<number> {
  return task(json, async (signal, onProgress) => {
    const data = dataFolder();
    const options = /\.distill\.(?:ya?ml|json)$/u.test(what)
      ? (await dataOf(what)).dataset
      : officialNamed(known(what));
    if (options.name !== 'imageFolder' && options.name !== 'synthetic') {
      const { path, how } = findOfficial(options, data);
      const [file] = DOWNLOADS[options.name];
      // An archive is kept as it was published.
      if (how === 'downloaded' && file?.url.endsWith('.tar.gz')) await assertDigest(file, path);
    }
    const { train, test, classes, digest } = await openDataset(options, 0, { signal, onProgress });
    return `${what}: ${train.labels.length} training and ${test.labels.length} test samples of ${classes} classes, SHA-256 ${digest}.`;
  });
}

/** Downloads an official set into the data folder. */
export async function downloadData(name: string, json: boolean): Promise<number> {
  const set = known(name);
  const files = DOWNLOADS[set];
  if (files.length === 0) throw new BadInput(`${TITLES[set]} comes with Distillery.`);
  return task(json, async (signal, onProgress) => {
    const folder = downloadedFolder(dataFolder(), set);
    await downloadSet(files, folder, { signal, onProgress });
    findOfficial(officialNamed(set), dataFolder());
    return `${TITLES[set]} is in ${folder}.`;
  });
}

/** Writes a sheet of training samples, each with the views that the first step sees. */
export async function previewData(
  file: string,
  { out, samples, views }: { readonly out: string; readonly samples: number; readonly views: number },
): Promise<number> {
  return task(false, async (signal, onProgress) => {
    const { dataset: options, resolved } = await dataOf(file);
    const dataset: Dataset = await openDataset(options, resolved.experiment.training.seed, {
      signal,
      onProgress,
    });
    const { contactSheet } = await import('../trainer/contactSheet.ts');
    const sheet = contactSheet(new Sampler(dataset, samplerOptions(resolved)), views, samples);
    if (sheet === null) throw new BadInput(`The samples of ${options.name} are no images.`);
    writeFileAtomic(out, sheet);
    return `${out}: each row is a sample as it is stored, then ${views} views of it.`;
  });
}

/** An experiment and its data set. @throws BadInput after the findings were reported, and where it acts in an environment */
async function dataOf(
  file: string,
): Promise<{ readonly dataset: DatasetOptions; readonly resolved: ResolvedExperiment }> {
  const { resolved, findings } = await loadExperiment(file, [], probeData);
  if (!resolved) {
    report(findings, false);
    throw new BadInput(`${file} cannot be run as it is.`);
  }
  const { dataset } = resolved.experiment;
  if (!dataset) throw new BadInput(`${file} has no data set: it acts in an environment.`);
  return { dataset, resolved };
}

type OnProgress = (progress: {
  readonly what: string;
  readonly done: number;
  readonly total: number;
}) => void;

/** Something long that Ctrl-C cancels, with a bar on a terminal. @param work gives the last line */
async function task(
  json: boolean,
  work: (signal: AbortSignal, onProgress: OnProgress) => Promise<string>,
): Promise<number> {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      controller.abort();
    });
  const bar =
    !json && process.stderr.isTTY
      ? new SingleBar({ format: '{what} |{bar}| {percentage} %', stream: process.stderr, hideCursor: true })
      : null;
  let percent = -1;
  const onProgress: OnProgress = ({ what, done, total }) => {
    const now = Math.floor((100 * done) / Math.max(1, total));
    if (now === percent) return;
    percent = now;
    if (json) sayJson({ event: 'progress', what, done, total });
    else if (bar?.isActive) bar.update(now, { what });
    else bar?.start(100, now, { what });
  };
  try {
    const line = await work(controller.signal, onProgress);
    bar?.stop();
    if (json) sayJson({ event: 'end', ok: true, lines: [line] });
    else say(line);
    return EXIT.ok;
  } catch (error) {
    bar?.stop();
    if (controller.signal.aborted) {
      tell('Cancelled.');
      return EXIT.stopped;
    }
    if (!(error instanceof DataFault)) throw error;
    tell(error.what);
    tell(error.next);
    return EXIT.failed;
  }
}
