import { CodeActionKind, type CodeAction, type Diagnostic, type Range } from 'vscode-languageserver-types';
import { checkDocument } from '../../../sidecar/config/check.ts';
import { ExperimentDocument } from '../../../sidecar/config/document.ts';
import { pathText, RULES, type Complaint } from '../../../sidecar/config/findings.ts';
import { valueAt } from '../../../sidecar/config/records.ts';
import { diagnose, type Diagnosed } from './diagnostics.ts';
import { applied, type Edit } from './edits/text.ts';
import { candidates, type Candidate } from './fixes/candidates.ts';
import { rewritings } from './refactor/rewritings.ts';
import type { Source } from './source.ts';
import type { Surroundings } from './surroundings.ts';

/** The command that fetches a data set; its argument is the data set's name. */
const INSTALL_DATASET = 'distillery.installDataset';

/** Quick fixes for `diagnostics`, then refactorings of what is under `range`. */
export function codeActions(
  source: Source,
  range: Range,
  diagnostics: readonly Diagnostic[],
  surroundings: Surroundings,
): CodeAction[] {
  const known = diagnostics.length > 0 ? diagnose(source, surroundings) : [];
  const fixes = diagnostics.flatMap((diagnostic) => {
    const match = known.find((each) => isSame(each.diagnostic, diagnostic));
    return match ? [...commands(source, match, diagnostic), ...fixesOf(source, match, diagnostic)] : [];
  });
  const rewritten = rewritings(source, source.document.offsetAt(range.start)).map(
    ({ title, edits }): CodeAction => ({
      title,
      kind: CodeActionKind.RefactorRewrite,
      edit: { changes: { [source.document.uri]: textEdits(source, edits) } },
    }),
  );
  return [...fixes, ...rewritten];
}

const isSame = (a: Diagnostic, b: Diagnostic): boolean =>
  a.code === b.code &&
  a.range.start.line === b.range.start.line &&
  a.range.start.character === b.range.start.character;

function commands(source: Source, { complaint }: Diagnosed, diagnostic: Diagnostic): CodeAction[] {
  if (complaint.code !== 'dataMissing') return [];
  const name = valueAt(source.data, ['dataset', 'name']);
  const title = `Install ${String(name)}`;
  return [
    {
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      command: { title, command: INSTALL_DATASET, arguments: [name] },
    },
  ];
}

function fixesOf(source: Source, { complaint }: Diagnosed, diagnostic: Diagnostic): CodeAction[] {
  const helpful = candidates(source, complaint).flatMap((candidate) => {
    const errors = errorsAfter(source, candidate, complaint);
    return errors === null ? [] : [{ ...candidate, errors }];
  });
  const distinct = [...new Map(helpful.map((each) => [each.title, each])).values()];
  const gentle = distinct.filter(({ isRemoval }) => isRemoval !== true);
  const best = gentle.length > 0 ? gentle : distinct;
  const fewest = Math.min(...best.map(({ errors }) => errors));
  const preferred = best.find(({ errors }) => errors === fewest);
  return distinct.map((each) => ({
    title: each.title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnostic],
    ...(each === preferred && { isPreferred: true }),
    edit: { changes: { [source.document.uri]: textEdits(source, each.edits) } },
  }));
}

/** Complaints that hide others: to be rid of one may bring those to light. */
const HIDING: readonly Complaint['code'][] = [
  'yamlSyntax',
  'duplicateKey',
  'notAMap',
  'missingKey',
  'wrongType',
  'unknownValue',
  'renamedKey',
  'unknownKey',
];

/** Errors left after a change, or null where it does not settle the complaint or brings others. */
function errorsAfter(source: Source, { edits }: Candidate, complaint: Complaint): number | null {
  const text = applied(source.text, edits);
  const after = checkDocument(new ExperimentDocument(source.document.uri, text), source.probe).complaints;
  const before = source.checked.complaints;
  const same = ({ code, path }: Complaint): boolean =>
    code === complaint.code && pathText(path) === pathText(complaint.path);
  const known = before.some(same);
  if (known && after.filter(same).length >= before.filter(same).length) return null;
  const errors = after.filter(({ code }) => RULES[code] === 'error');
  const limit = before.filter(({ code }) => RULES[code] === 'error').length;
  // What does not hide anything must leave fewer errors, or as many where it was none itself.
  const most = HIDING.includes(complaint.code) ? Infinity : limit - Number(RULES[complaint.code] === 'error');
  const lacks = (each: Complaint): boolean =>
    each.code === 'missingKey' && !before.some((other) => pathText(other.path) === pathText(each.path));
  if (known && source.experiment.problems.length === 0 && errors.some(lacks)) return null;
  const broken = errors.some(({ code }) => code === 'yamlSyntax') && complaint.code !== 'yamlSyntax';
  if (broken || errors.length > most) return null;
  return errors.length;
}

const textEdits = (source: Source, edits: readonly Edit[]) =>
  edits.map(({ from, to, text }) => ({ range: source.range([from, to]), newText: text }));
