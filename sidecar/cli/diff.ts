import { compareExperiments } from '../config/diff.ts';
import { differenceRows, differencesCsv, differencesMarkdown } from '../config/diffText.ts';
import { compareResults, deltaText } from '../protocol/results.ts';
import { markdownTable } from '../protocol/textTable.ts';
import { BadInput, EXIT, say, sayJson, table } from './output.ts';
import { subjectOf } from './subjects.ts';

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
  const rows = [['result', 'before → after'], ...results.map((each) => [each.name, deltaText(each)])];
  if (results.length > 0) say(`\n${options.markdown ? markdownTable(rows) : table(rows)}`);
  return EXIT.ok;
}
