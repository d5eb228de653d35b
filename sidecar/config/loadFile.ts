import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { RULES, type Finding } from './findings.ts';
import { parseExperiment, type DataProbe, type LoadedExperiment } from './load.ts';

/** Like {@link parseExperiment}, from a file; a file that cannot be read is a finding too. */
export async function loadExperiment(
  file: string,
  overrides: readonly string[] = [],
  probe?: DataProbe,
): Promise<LoadedExperiment> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const finding: Finding = {
      code: 'fileNotFound',
      severity: RULES.fileNotFound,
      file,
      line: 1,
      column: 1,
      endLine: 1,
      endColumn: 1,
      path: '',
      message: `${basename(file)} cannot be read: ${(error as Error).message}`,
      expected: 'a readable *.distill.yaml or *.distill.json file',
      got: file,
      suggestion: null,
    };
    return { file, text: '', overrides, findings: [finding], parsed: null, resolved: null };
  }
  return parseExperiment(file, text, overrides, probe);
}
