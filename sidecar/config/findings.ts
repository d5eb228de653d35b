/** The severity of every rule, once. error = cannot run as written; warning = runs, but doubtful. */
export const RULES = {
  yamlSyntax: 'error',
  duplicateKey: 'error',
  notAMap: 'error',
  fileNotFound: 'error',
  unknownKey: 'error',
  renamedKey: 'error',
  missingKey: 'error',
  wrongType: 'error',
  unknownValue: 'error',
  outOfRange: 'error',
  invalid: 'error',
  badOverride: 'error',
  batchTooLarge: 'error',
  emptySplit: 'error',
  dataMissing: 'error',
  wrongSource: 'error',
  environmentUnfit: 'error',
  dataUnusable: 'error',
  unknownStage: 'error',
  weightsUnknown: 'error',
  modelMissing: 'error',
  modelUnfit: 'error',
  modelsIncompatible: 'error',
  cropTooLarge: 'error',
  viewsNeedImages: 'error',
  milestoneAfterEnd: 'warning',
  warmupTooLong: 'warning',
  learningRateLarge: 'warning',
  oneSampleValidation: 'warning',
  checkpointAfterEnd: 'warning',
  evaluatedOnce: 'warning',
  teacherSmaller: 'warning',
  lambdaGoneBeforeOmega: 'warning',
  emaMemoryTooLong: 'warning',
  testSelection: 'warning',
  noEffect: 'warning',
  memoryTooLarge: 'warning',
  unknownRun: 'warning',
  unknownCheckpoint: 'warning',
} as const satisfies Record<string, 'error' | 'warning'>;

export type RuleCode = keyof typeof RULES;
export type Severity = 'error' | 'warning';
export type Path = readonly (string | number)[];

/** One thing wrong or doubtful in an experiment file, located. */
export interface Finding {
  readonly code: RuleCode;
  readonly severity: Severity;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  /** 1-based; with `endColumn` the first place behind the key or value that is meant. */
  readonly endLine?: number | undefined;
  readonly endColumn?: number | undefined;
  /** Dotted, as `--set` takes it; empty for the whole document. */
  readonly path: string;
  readonly message: string;
  readonly expected: string;
  readonly got: string;
  /** The nearest valid key or value. */
  readonly suggestion: string | null;
}

/** Another value for a setting; undefined: the setting taken away. */
export interface Proposal {
  readonly path: Path;
  readonly value: unknown;
}

/** A finding before its place is known. */
export interface Complaint {
  readonly code: RuleCode;
  readonly path: Path;
  readonly message: string;
  readonly expected: string;
  readonly got?: unknown;
  readonly suggestion?: string | null;
  /** Values that would settle it, the best first. */
  readonly proposals?: readonly Proposal[];
  /** Point at the key instead of its value. */
  readonly atKey?: boolean;
  /** Offsets in the text, where they do not follow from the path. */
  readonly place?: readonly [from: number, to: number];
  /** The `--set` that is at fault. */
  readonly override?: string;
}

export const pathText = (path: Path): string => path.join('.');

/** `file:line:column: severity code: message (expected …, got …) Did you mean …?` */
export function formatFinding(finding: Omit<Finding, 'code'> & { readonly code: string }): string {
  const place = `${finding.file}:${finding.line}:${finding.column}`;
  return `${place}: ${finding.severity} ${finding.code}: ${sentences(finding)}`;
}

/** What is wrong, what would be right, and what was meant. */
export function sentences({
  message,
  expected,
  suggestion,
}: Pick<Finding, 'message' | 'expected' | 'suggestion'>): string {
  const expectation = expected === '' ? '' : ` Expected ${expected}.`;
  return `${message}${expectation}${suggestion === null ? '' : ` Did you mean ${suggestion}?`}`;
}

/** A value as a person reads it in a message: short, quoted when text. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
