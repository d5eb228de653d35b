import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Subject } from '../config/diff.ts';
import type { ExplainedRun } from '../config/explain.ts';
import { parseExperiment, type LoadedExperiment } from '../config/load.ts';
import { loadExperiment } from '../config/loadFile.ts';
import { writtenIn } from '../config/origins.ts';
import type { RunRecord } from '../protocol/runRecord.ts';
import { experimentFile, readResolved, readRun, RESOLVED_FILE } from '../store/runs.ts';
import { findRun } from './findRun.ts';
import { BadInput, report } from './output.ts';

/** What is compared; with its record where it is a run. */
export type Found = Subject & { readonly record: RunRecord | null };

/** An experiment file, a file of a git revision (`HEAD~1:./x.distill.yaml`), or a run. @throws BadInput */
export async function subjectOf(runsFolder: string, name: string): Promise<Found> {
  if (existsSync(name) && statSync(name).isFile())
    return { ...subject(name, await loadExperiment(name)), record: null };
  if (name.includes(':')) return { ...(await ofRevision(name)), record: null };
  return runSubject(runsFolder, name);
}

/** What really ran; where a value comes from is told by the user's own file. @throws BadInput */
export async function runSubject(runsFolder: string, name: string): Promise<ExplainedRun> {
  const runDir = await findRun(runsFolder, name);
  const record = await readRun(runDir);
  const file = join(runDir, RESOLVED_FILE);
  const own = experimentFile(runDir);
  const found = subject(record.id, parseExperiment(file, await readResolved(runDir)));
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
