import { stringify } from 'yaml';
import { checkDocument, type DataProbe, type ParsedExperiment, type ResolvedExperiment } from './check.ts';
import { ExperimentDocument } from './document.ts';
import { experimentSchema } from './experiment.ts';
import type { Finding } from './findings.ts';
import { inSchemaOrder } from './schemaWalk.ts';

export type { DataProbe, ResolvedExperiment } from './check.ts';

export interface LoadedExperiment {
  readonly file: string;
  readonly text: string;
  readonly overrides: readonly string[];
  /** Errors first, then by place. */
  readonly findings: readonly Finding[];
  /** Present when the schema accepts it, whatever else is wrong. */
  readonly parsed: ParsedExperiment | null;
  /** Present when no finding is an error. */
  readonly resolved: ResolvedExperiment | null;
}

/** Validates an experiment's text and fills in every default. Never throws for bad input: it is in `findings`. */
export function parseExperiment(
  file: string,
  text: string,
  overrides: readonly string[] = [],
  probe?: DataProbe,
): LoadedExperiment {
  const document = new ExperimentDocument(file, text, overrides);
  const { complaints, parsed, resolved } = checkDocument(document, probe);
  const findings = complaints
    .map((complaint) => document.locate(complaint))
    .sort(
      (a, b) =>
        Number(a.severity === 'warning') - Number(b.severity === 'warning') ||
        a.line - b.line ||
        a.column - b.column,
    );
  return { file, text, overrides, findings, parsed, resolved };
}

/** What is really run, as text: all defaults, keys in schema order. */
export function resolvedYaml({ experiment }: ResolvedExperiment): string {
  return stringify(inSchemaOrder(experimentSchema, experiment), { lineWidth: 0 });
}
