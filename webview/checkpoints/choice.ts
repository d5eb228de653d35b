import { computed, effect, signal, untracked } from '@preact/signals';
import { MAX_SUBJECTS, type Subject } from '../../sidecar/protocol/comparison.ts';
import type { RequestResult } from '../../sidecar/protocol/messages.ts';
import { connection } from '../link/link.ts';
import { runOf } from '../link/runs.ts';
import { askIfKnown } from '../link/steering.ts';
import { selectedId } from '../view/selection.ts';
import { look, part, view } from '../view/viewState.ts';

type CheckpointInfo = RequestResult<'runs/show'>['checkpoints'][number];

/** The networks to compare, the reference first. */
export const subjects = part('subjects');
export const split = part('split');
export const isFull = computed(() => subjects.value.length >= MAX_SUBJECTS);

/** Changes the choice; runs in it keep a colour each. */
function choose(next: readonly Subject[]): void {
  const { colored } = view.value;
  const fresh = [...new Set(next.map(({ run }) => run))].filter((run) => !colored.includes(run));
  look({ subjects: next.slice(0, MAX_SUBJECTS), colored: [...colored, ...fresh], isCompared: false });
}

/** Takes others in their place, and wants them compared where there is something to compare. */
export function compareThese(next: readonly Subject[]): void {
  choose(next);
  look({ isCompared: next.length > 1 });
}

export function change(index: number, changes: Partial<Subject>): void {
  choose(subjects.peek().map((subject, at) => (at === index ? { ...subject, ...changes } : subject)));
}

export function remove(index: number): void {
  choose(subjects.peek().filter((_, at) => at !== index));
}

export function makeReference(index: number): void {
  const all = subjects.peek();
  choose([...all.slice(index, index + 1), ...all.filter((_, at) => at !== index)]);
}

const isSame = (a: Subject, b: Subject): boolean =>
  a.run === b.run && a.checkpoint === b.checkpoint && a.role === b.role;

/** Adds a network that is not there yet: of the run last chosen, or the one that is looked at, the next role. */
export function addSubject(): void {
  const all = subjects.peek();
  const run = all.at(-1)?.run ?? selectedId.peek();
  if (run === null) return;
  const roles = ['best', ...(runOf(run)?.record.roles ?? []).map(({ id }) => id)];
  const candidates = roles.map((role): Subject => ({ run, checkpoint: 'best', role }));
  const next = candidates.find((one) => !all.some((other) => isSame(one, other)));
  choose([...all, next ?? { run, checkpoint: 'last', role: 'best' }]);
}

/** Adds what is not there yet of all roles of a run. */
export function addRoles(run: string): void {
  const all = subjects.peek();
  const roles = (runOf(run)?.record.roles ?? []).map(({ id }): Subject => ({
    run,
    checkpoint: 'best',
    role: id,
  }));
  choose([...all, ...roles.filter((one) => !all.some((other) => isSame(one, other)))]);
}

/** Checkpoints by run, as far as they were asked for. */
const known = signal<ReadonlyMap<string, readonly CheckpointInfo[]>>(new Map());

export const checkpointsOf = (run: string): readonly CheckpointInfo[] => known.value.get(run) ?? [];

/** Asks for the checkpoints of every chosen run, again when it has done more steps; an effect, which is to be ended. */
export function followCheckpoints(): () => void {
  const asked = new Map<string, number>();
  return effect(() => {
    const link = connection.value;
    if (link === null) return;
    for (const run of new Set(subjects.value.map((subject) => subject.run))) {
      const step = runOf(run)?.record.step;
      if (step === undefined || asked.get(run) === step) continue;
      asked.set(run, step);
      askIfKnown('runs/show', { run })
        .then((answer) => {
          if (answer) known.value = new Map(untracked(() => known.value)).set(run, answer.checkpoints);
        })
        .catch((error: unknown) => {
          console.warn('runs/show', error);
        });
    }
  });
}
