import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { stringify } from 'yaml';
import { declarationOf } from '../methods/registry.options.ts';
import { complaintsOf } from './complaints.ts';
import { ExperimentDocument, isRecord } from './document.ts';
import { experimentSchema, type Experiment } from './experiment.ts';
import { RULES, type Complaint, type Finding } from './findings.ts';
import { planOf, type Plan } from './plan.ts';
import { checkRules } from './rules.ts';
import { inSchemaOrder } from './schemaWalk.ts';

/** Where a data set's files are looked for; a message when they are not there. Injected: config opens no data. */
export type DataProbe = (dataset: Experiment['dataset']) => string | null;

export interface LoadedExperiment {
  readonly file: string;
  readonly text: string;
  readonly overrides: readonly string[];
  /** Errors first, then by place. */
  readonly findings: readonly Finding[];
  /** Present when no finding is an error. */
  readonly resolved: ResolvedExperiment | null;
}

export interface ResolvedExperiment {
  /** Every default filled in, stages included: parsing it again gives the same. */
  readonly experiment: Experiment;
  readonly plan: Plan;
}

/** Validates an experiment's text and fills in every default. Never throws for bad input: it is in `findings`. */
export function parseExperiment(
  file: string,
  text: string,
  overrides: readonly string[] = [],
  probe: DataProbe = () => null,
): LoadedExperiment {
  const document = new ExperimentDocument(file, text, overrides);
  const loaded = (findings: readonly Finding[], resolved: ResolvedExperiment | null): LoadedExperiment => ({
    file,
    text,
    overrides,
    findings: [...findings].sort(
      (a, b) =>
        Number(a.severity === 'warning') - Number(b.severity === 'warning') ||
        a.line - b.line ||
        a.column - b.column,
    ),
    resolved,
  });
  if (document.syntax.length > 0) return loaded(document.syntax, null);
  const data = withPreset(document.data);
  const parsed = experimentSchema.safeParse(data);
  if (!parsed.success)
    return loaded(
      parsed.error.issues
        .flatMap((issue) => complaintsOf(experimentSchema, data, issue))
        .map((complaint) => document.locate(complaint)),
      null,
    );
  const plan = planOf(parsed.data);
  const complaints = [...checkRules(parsed.data, plan), ...shadowed(document.overridden, parsed.data, plan)];
  const missing = probe(parsed.data.dataset);
  if (missing !== null)
    complaints.push({
      code: 'dataMissing',
      path: ['dataset', 'name'],
      message: missing,
      expected: 'an installed data set',
      got: parsed.data.dataset.name,
    });
  const findings = complaints.map((complaint) => document.locate(complaint));
  if (complaints.some(({ code }) => RULES[code] === 'error')) return loaded(findings, null);
  return loaded(findings, { experiment: withStages(parsed.data, plan), plan });
}

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
      path: '',
      message: `${basename(file)} cannot be read: ${(error as Error).message}`,
      expected: 'a readable *.distill.yaml or *.distill.json file',
      got: file,
      suggestion: null,
    };
    return { file, text: '', overrides, findings: [finding], resolved: null };
  }
  return parseExperiment(file, text, overrides, probe);
}

/** What is really run, as text: all defaults, keys in schema order. */
export function resolvedYaml({ experiment }: ResolvedExperiment): string {
  return stringify(inSchemaOrder(experimentSchema, experiment), { lineWidth: 0 });
}

/** Overrides of what the main stage decides for itself, as a resolved file has it: they would change nothing. */
function shadowed(overridden: readonly string[], experiment: Experiment, plan: Plan): Complaint[] {
  const main = plan.stages.at(-1)?.name ?? '';
  const own = experiment.stages[main];
  const length = own?.steps === undefined ? 'epochs' : 'steps';
  const deciders: readonly (readonly [set: string, by: string, decided: boolean])[] = [
    ['training.epochs', length, own?.[length] !== undefined],
    ['optimizer', 'optimizer', own?.optimizer !== undefined],
    ['schedule', 'schedule', own?.schedule !== undefined],
  ];
  return overridden.flatMap((path): Complaint[] => {
    const decider = deciders.find(
      ([set, , decided]) => decided && (path === set || path.startsWith(`${set}.`)),
    );
    if (!decider) return [];
    const by = `stages.${main}.${decider[1]}`;
    return [
      {
        code: 'noEffect',
        path: path.split('.'),
        message: `${by} decides, so --set ${path} changes nothing.`,
        expected: `--set ${by}…`,
        got: path,
        suggestion: by,
      },
    ];
  });
}

/** A preset's values stand under the method's own. */
function withPreset(data: unknown): unknown {
  if (!isRecord(data) || !isRecord(data['method'])) return data;
  const { method } = data;
  if (typeof method['name'] !== 'string' || typeof method['preset'] !== 'string') return data;
  const known = experimentSchema.shape.method.safeParse({ name: method['name'] });
  if (!known.success) return data;
  const preset = declarationOf(known.data.name).presets[method['preset']];
  return preset ? { ...data, method: merge(preset, method) } : data;
}

function merge(
  base: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base, ...over };
  for (const [key, value] of Object.entries(base))
    if (isRecord(value) && isRecord(over[key])) merged[key] = merge(value, over[key]);
  return merged;
}

/** Writes each stage's decided length, optimiser and schedule into the experiment. */
function withStages(experiment: Experiment, plan: Plan): Experiment {
  return {
    ...experiment,
    stages: Object.fromEntries(
      plan.stages.map(({ name, asked, optimizer, schedule }) => [
        name,
        { steps: asked, optimizer, schedule },
      ]),
    ),
  };
}
