import { DiagnosticSeverity, DiagnosticTag, type Diagnostic } from 'vscode-languageserver-types';
import { RULES, sentences, type Complaint } from '../../../sidecar/config/findings.ts';
import type { Source } from './source.ts';
import { surroundingComplaints } from './surroundingRules.ts';
import type { Surroundings } from './surroundings.ts';

/** A complaint and what the editor shows of it. */
export interface Diagnosed {
  readonly complaint: Complaint;
  readonly diagnostic: Diagnostic;
}

/** Everything wrong or doubtful with a text in its surroundings, in the order of the text. */
export function diagnose(source: Source, surroundings: Surroundings): Diagnosed[] {
  return [...source.checked.complaints, ...surroundingComplaints(source, surroundings)]
    .map((complaint) => ({
      complaint,
      diagnostic: diagnosticOf(source, complaint, surroundings.documentation),
    }))
    .sort(
      ({ diagnostic: { range: a } }, { diagnostic: { range: b } }) =>
        a.start.line - b.start.line || a.start.character - b.start.character,
    );
}

function diagnosticOf(source: Source, complaint: Complaint, documentation: string | null): Diagnostic {
  const { code, path, suggestion = null, message, expected } = complaint;
  return {
    range: source.range(source.experiment.extent(complaint)),
    severity: RULES[code] === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code,
    source: 'distillery',
    message: sentences({ message, expected, suggestion }),
    data: { path, suggestion },
    ...(documentation !== null && { codeDescription: { href: `${documentation}#${ruleAnchor(code)}` } }),
    ...(code === 'noEffect' && { tags: [DiagnosticTag.Unnecessary] }),
  };
}

/** The anchor of a rule's section in docs/configuration.md: a heading's text in lower case. */
export const ruleAnchor = (code: string): string => code.toLowerCase();
