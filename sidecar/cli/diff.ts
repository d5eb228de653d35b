import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { compareExperiments, type Subject } from '../config/diff.ts';
import { differenceRows, differencesCsv, differencesMarkdown } from '../config/diffText.ts';
import { parseExperiment, type LoadedExperiment } from '../config/load.ts';
import { loadExperiment } from '../config/loadFile.ts';
import { writtenIn } from '../config/origins.ts';
import { compareResults, deltaText } from '../protocol/results.ts';
import type { RunRecord } from '../protocol/runRecord.ts';
import { experimentFile, readRun, RESOLVED_FILE } from '../store/runs.ts';
import { findRun } from './findRun.ts';
import { BadInput, EXIT, report, say, sayJson, table } from './output.ts';

type Found = Subject & { readonly record: RunRecord | null };

/**
 * How experiments differ, effectively: two or more files, runs, or files of a git revision (`HEAD~1:./x.distill.yaml`).
 * @throws BadInput for a subject that is not there or is not valid
 */
export async function diff(
  runsFolder: string,
  names: readonly string[],
  options: { readonly json: boolean; readonly markdown: boolean; readonly csv: boolean },
): Promise<number> {
  if (names.length < 2) throw new BadInput('Two or more experiments are compared. Name another file or run.');
  const subjects = await Promise.all(names.map((name) => subjectOf(runsFolder, name)));
  const comparison = compareExperiments(subjects);
  if (options.json) comparison.differences.forEach(sayJson);
  else if (options.csv) process.stdout.write(differencesCsv(comparison));
  else if (comparison.differences.length === 0) say(`no difference in ${comparison.settings} settings`);
  else if (options.markdown) process.stdout.write(differencesMarkdown(comparison));
  else say(table(differenceRows(comparison)));
  const [before, after] = subjects;
  if (options.json || options.csv || subjects.length > 2 || !before?.record || !after?.record) return EXIT.ok;
  const results = compareResults(before.record, after.record);
  if (results.length > 0) say(`\n${table(results.map((each) => [each.name, deltaText(each)]))}`);
  return EXIT.ok;
}

async function subjectOf(runsFolder: string, name: string): Promise<Found> {
  if (existsSync(name) && statSync(name).isFile())
    return { ...subject(name, await loadExperiment(name)), record: null };
  if (name.includes(':')) return { ...(await ofRevision(name)), record: null };
  return ofRun(await findRun(runsFolder, name));
}

/** What really ran; where a value comes from is told by the user's own file. */
async function ofRun(runDir: string): Promise<Found> {
  const record = await readRun(runDir);
  const file = join(runDir, RESOLVED_FILE);
  const own = experimentFile(runDir);
  const found = subject(record.id, parseExperiment(file, await readFile(file, 'utf8')));
  return { ...found, written: writtenIn(own, await readFile(own, 'utf8'), record.overrides), record };
}

async function ofRevision(name: string): Promise<Subject> {
  try {
    const { stdout } = await promisify(execFile)('git', ['show', name], { maxBuffer: 16e6 });
    return subject(name, parseExperiment(basename(name), stdout));
  } catch (error) {
    if (error instanceof BadInput) throw error;
    const said = error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error);
    throw new BadInput(`${name} is no file, and git does not know it: ${said}`);
  }
}

function subject(label: string, { file, text, findings, resolved }: LoadedExperiment): Subject {
  if (resolved) return { label, resolved, written: writtenIn(file, text, []) };
  report(findings, false);
  throw new BadInput(`${label} cannot be run as it is.`);
}
