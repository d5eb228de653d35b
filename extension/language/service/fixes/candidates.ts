import { experimentSchema } from '../../../../sidecar/config/experiment.ts';
import type { Complaint, Path } from '../../../../sidecar/config/findings.ts';
import { elsewhere } from '../../../../sidecar/config/elsewhere.ts';
import { isRecord, valueAt } from '../../../../sidecar/config/records.ts';
import {
  accepts,
  choices,
  discriminatorValues,
  keysAt,
  schemaAt,
  valueSchema,
} from '../../../../sidecar/config/schemaWalk.ts';
import { defaultOf } from '../../../../sidecar/config/setting.ts';
import { reach } from '../../../../sidecar/config/yamlTree.ts';
import { setValue } from '../edits/insert.ts';
import { removeAt } from '../edits/remove.ts';
import { renameKey } from '../edits/rename.ts';
import { inline, type Edit } from '../edits/text.ts';
import type { Source } from '../source.ts';
import { ANY_NAME, conversions, nearestBound } from './conversions.ts';
import { samplesOf } from './sample.ts';
import { decimalComma } from './decimalComma.ts';
import { syntaxFixes } from './syntax.ts';

/** A change that may settle a complaint. */
export interface Candidate {
  readonly title: string;
  readonly edits: readonly Edit[];
  /** Takes something away; preferred only where nothing else helps. */
  readonly isRemoval?: boolean;
}

const MOST_CHOICES = 8;

/** What could be done about a complaint, the best first; not yet checked whether it helps. */
export function candidates(source: Source, complaint: Complaint): Candidate[] {
  const { path, proposals = [] } = complaint;
  const proposed = proposals.flatMap(({ path: at, value }) =>
    value === undefined ? removal(source, at) : setting(source, at, value),
  );
  switch (complaint.code) {
    case 'yamlSyntax':
    case 'notAMap':
    case 'duplicateKey':
      return syntaxFixes(source, complaint);
    case 'renamedKey':
    case 'unknownKey':
    case 'unknownStage':
      return [
        ...decimalComma(source, path),
        ...renaming(source, path, complaint.suggestion),
        ...moving(source, path),
        ...removal(source, path),
      ];
    case 'missingKey':
      return missing(source, path);
    case 'wrongType':
    case 'outOfRange':
    case 'unknownValue':
    case 'invalid':
      return [
        ...proposed,
        ...levelDeeper(source, path),
        ...otherValues(source, complaint),
        ...removal(source, path),
        ...(complaint.code === 'invalid' ? removalOfOwner(source, path) : []),
      ];
    default:
      return proposed;
  }
}

const order = (source: Source) => (path: Path) => keysAt(experimentSchema, source.data, path);

function setting(source: Source, path: Path, value: unknown): Candidate[] {
  const edits = setValue(source, path, value, order(source));
  const title = `Set ${path.join('.')} to ${inline(value, source.isJson)}`;
  return edits ? [{ title, edits }] : [];
}

function removal(source: Source, path: Path): Candidate[] {
  const edits = removeAt(source, path);
  return edits ? [{ title: `Remove ${path.join('.')}`, edits, isRemoval: true }] : [];
}

/** `models: { name: mlp }` where `models: { default: { name: mlp } }` is meant: a name was left out. */
function levelDeeper(source: Source, path: Path): Candidate[] {
  const at = path.slice(0, -1);
  const owner = schemaAt(experimentSchema, source.data, at);
  const value = valueAt(source.data, at);
  const free = owner && valueSchema(owner);
  return free && accepts(free, value) ? setting(source, at, { [ANY_NAME]: value }) : [];
}

/** A map that cannot be without the setting goes with it. */
const removalOfOwner = (source: Source, path: Path): Candidate[] =>
  path.length > 1 && typeof path.at(-1) === 'string' ? removal(source, path.slice(0, -1)) : [];

/** To the map in which the key is a setting, with its value. */
function moving(source: Source, path: Path): Candidate[] {
  const to = elsewhere(source.data, path.slice(0, -1), String(path.at(-1)));
  if (!to) return [];
  const value = valueAt(source.data, path);
  const owner = to.slice(0, -1);
  const [key = ''] = to.slice(-1);
  const schema = schemaAt(experimentSchema, source.data, owner);
  const preset = schema && defaultOf(schema);
  const isNew = valueAt(source.data, owner) === undefined && isRecord(preset);
  const written = isNew
    ? setValue(source, owner, { ...preset, [key]: value }, order(source))
    : setValue(source, to, value, order(source));
  const removed = removeAt(source, path);
  return written && removed ? [{ title: `Move to ${to.join('.')}`, edits: [...removed, ...written] }] : [];
}

function renaming(source: Source, path: Path, name: string | null | undefined): Candidate[] {
  const { entry, depth } = reach(source.root, path);
  if (typeof name !== 'string' || !entry || depth < path.length) return [];
  const isTaken = name.includes('.') || valueAt(source.data, [...path.slice(0, -1), name]) !== undefined;
  const edits = isTaken ? null : renameKey(source, entry, name);
  return edits ? [{ title: `Rename to ${name}`, edits }] : [];
}

/** The schema at `path`, or of the whole union where its discriminator is meant. */
function missing(source: Source, path: Path): Candidate[] {
  const owner = schemaAt(experimentSchema, source.data, path.slice(0, -1));
  const union = owner && discriminatorValues(owner);
  const schema = schemaAt(experimentSchema, source.data, path);
  const values =
    union && union.key === path.at(-1)
      ? union.values
      : schema
        ? [...conversions(schema, null), ...samplesOf(schema)]
        : [];
  return values.slice(0, MOST_CHOICES).flatMap((value) => {
    const edits = setValue(source, path, value, order(source));
    return edits ? [{ title: `Add ${path.join('.')}: ${inline(value, source.isJson)}`, edits }] : [];
  });
}

function otherValues(source: Source, { code, path, got, expected, suggestion }: Complaint): Candidate[] {
  const owner = schemaAt(experimentSchema, source.data, path.slice(0, -1));
  const union = owner && discriminatorValues(owner);
  const ofUnion = union && union.key === path.at(-1) ? union.values : null;
  const schema = schemaAt(experimentSchema, source.data, path);
  const known = ofUnion ?? (schema ? choices(schema) : []);
  const values: unknown[] = [];
  if (typeof suggestion === 'string') values.push(known.find((each) => String(each) === suggestion));
  if (schema) {
    if (code === 'outOfRange') values.push(...nearestBound(schema, got, expected));
    values.push(...conversions(schema, got));
    if (got === null || code === 'invalid')
      values.push(...samplesOf(schema).filter((each) => accepts(schema, each)));
    values.push(defaultOf(schema));
  }
  values.push(...known.slice(0, MOST_CHOICES));
  const distinct = new Map(
    values
      .filter((value) => value !== undefined && value !== got)
      .map((value) => [JSON.stringify(value), value]),
  );
  const named = path.at(-1);
  const renamed =
    code === 'invalid' && typeof named === 'string' && got === named
      ? renaming(source, path, lowerCamelCase(named))
      : [];
  return [...renamed, ...[...distinct.values()].flatMap((value) => setting(source, path, value))];
}

/** A name as keys of models have it. */
function lowerCamelCase(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const joined = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('');
  const letters = joined.replace(/[^A-Za-z0-9]/gu, '').replace(/^\d+/u, '');
  return letters === '' ? 'model' : `${letters.charAt(0).toLowerCase()}${letters.slice(1)}`;
}
