import { explanationMarkdown, reasonsFor, type ExplainedRun } from '../config/explain.ts';
import { EXIT, sayJson } from './output.ts';
import { runSubject } from './subjects.ts';

/** In what two runs differ, settings and origin, in order of likely effect. @throws BadInput */
export async function explain(
  runsFolder: string,
  before: string,
  after: string,
  json: boolean,
): Promise<number> {
  const of = (name: string): Promise<ExplainedRun> => runSubject(runsFolder, name);
  const [a, b] = [await of(before), await of(after)];
  if (json) reasonsFor(a, b).forEach(sayJson);
  else process.stdout.write(explanationMarkdown(a, b));
  return EXIT.ok;
}
