/**
 * Where a run comes from: what has to be the same for another one to be the same, bit for bit. And in what two runs differ.
 *
 * API: provenanceSchema, Provenance, compareProvenance, ProvenanceDifference, Effect.
 */
import { z } from 'zod';
import type { RunRecord } from './runRecord.ts';

export const gitStateSchema = z.looseObject({
  commit: z.string(),
  /** Whether tracked files had changed since the commit, or untracked ones lay about. */
  dirty: z.boolean(),
  /** The changes, as `git apply` takes them, in a file of the run directory; null when there are none, or too many. */
  patch: z.object({ file: z.string(), sha256: z.string(), bytes: z.int().min(0) }).nullable(),
  /** Files that git does not know; the patch does not hold them. */
  untracked: z.int().min(0),
});
export type GitState = z.output<typeof gitStateSchema>;

const backend = z.object({ name: z.string(), device: z.string(), version: z.string() });

export const provenanceSchema = z
  .looseObject({
    /** Version of Distillery that made the run. */
    distillery: z.string(),
    /** Of the experiment file's folder; null where it was in no work tree, or there was no file. */
    git: gitStateSchema.nullable(),
    /** Why there is no `git`. */
    gitProblem: z.string().nullable().default(null),
    /** The run of which this is an exact repetition, and what must be found again. */
    repeats: z
      .object({ run: z.string(), data: z.string().nullable(), backend: backend.nullable() })
      .nullable()
      .default(null),
  })
  .meta({ id: 'Provenance' });
export type Provenance = z.output<typeof provenanceSchema>;

/**
 * What a difference does to the numbers. decides: other data or another beginning. rounding: the same computation, whose last
 * bits differ and add up. unlikely: known to matter nowhere in Distillery itself.
 */
export type Effect = 'decides' | 'rounding' | 'unlikely';

export interface ProvenanceDifference {
  readonly what: string;
  readonly effect: Effect;
  readonly before: string;
  readonly after: string;
  /** A sentence for people. */
  readonly why: string;
}

type Facts = Pick<RunRecord, 'backend' | 'environment' | 'digests' | 'parent'> & {
  readonly provenance?: Provenance | undefined;
};

interface Fact {
  readonly what: string;
  readonly effect: Effect;
  readonly why: string;
  /** Null where it was not recorded: nothing can be said then. */
  readonly of: (run: Facts) => string | null;
}

/** In order of likely effect. */
const FACTS: readonly Fact[] = [
  {
    what: 'data',
    effect: 'decides',
    why: 'Other samples were learnt from.',
    of: ({ digests }) => digests['data'] ?? null,
  },
  {
    what: 'beginning',
    effect: 'decides',
    why: 'One began with the networks of another run.',
    of: ({ parent }) => (parent ? `${parent.run} at step ${parent.step}` : 'initial networks'),
  },
  {
    what: 'backend',
    effect: 'rounding',
    why: 'Backends add numbers up in different orders.',
    of: ({ backend }) => backend?.name ?? null,
  },
  {
    what: 'backend version',
    effect: 'rounding',
    why: 'Kernels may have changed.',
    of: ({ backend }) => backend?.version ?? null,
  },
  {
    what: 'Distillery',
    effect: 'rounding',
    why: 'Methods and kernels may have changed; the changelog tells.',
    of: ({ provenance }) => provenance?.distillery ?? null,
  },
  {
    what: 'device',
    effect: 'rounding',
    why: 'Devices and numbers of threads divide sums differently.',
    of: ({ backend }) => backend?.device ?? null,
  },
  {
    what: 'platform',
    effect: 'rounding',
    why: 'Mathematical functions differ between systems in their last bits.',
    of: ({ environment }) => environment['platform'] ?? null,
  },
  {
    what: 'Node',
    effect: 'rounding',
    why: 'Its engine brings the mathematical functions.',
    of: ({ environment }) => environment['node'] ?? null,
  },
  {
    what: 'processor',
    effect: 'unlikely',
    why: 'WebAssembly and JavaScript compute alike on all processors; native code and GPUs may not.',
    of: ({ environment }) => environment['cpu'] ?? null,
  },
  {
    what: 'git commit',
    effect: 'unlikely',
    why: 'A run reads nothing from the work tree but its experiment, which is kept with the run.',
    of: ({ provenance }) => provenance?.git?.commit ?? null,
  },
  {
    what: 'uncommitted changes',
    effect: 'unlikely',
    why: 'A run reads nothing from the work tree but its experiment, which is kept with the run.',
    of: ({ provenance }) => (provenance?.git ? patchText(provenance.git) : null),
  },
];

const patchText = ({ dirty, patch }: GitState): string =>
  !dirty ? 'none' : patch ? `patch ${patch.sha256.slice(0, 12)}` : 'not recorded';

/** In what two runs differ besides their settings, in order of likely effect. What one of them does not tell is left out. */
export function compareProvenance(before: Facts, after: Facts): ProvenanceDifference[] {
  return FACTS.flatMap(({ of, ...fact }) => {
    const [a, b] = [of(before), of(after)];
    return a === null || b === null || a === b ? [] : [{ ...fact, before: a, after: b }];
  });
}

/** What a run does not tell of its origin: nothing can be promised about it. */
export const unknownFacts = (run: Facts): string[] =>
  FACTS.filter(({ of, effect }) => effect !== 'unlikely' && of(run) === null).map(({ what }) => what);
