import { convNorm } from '../../models/layers.spec.ts';
import { traceBlocks } from '../../models/shapes.spec.ts';
import type { Block, Layer, Shape } from '../../models/spec.ts';
import type { StagedNetwork } from '../../models/stages.spec.ts';

/** A student part and the teacher part that may stand in for it. */
export interface Pair {
  /** The student's block or stage: `stage2.1`, `stage2`. */
  readonly name: string;
  readonly student: readonly Block[];
  readonly teacher: readonly Block[];
  readonly studentInput: Shape;
  readonly studentOutput: Shape;
  readonly teacherInput: Shape;
  readonly teacherOutput: Shape;
}

/** Teacher units of a stage for each of the student's, in order and each once (iakd.md §2). @throws when there are fewer */
export function groupedUnits(teacher: number, student: number): number[][] {
  if (teacher < student)
    throw new Error(
      `The teacher has ${teacher} units in a stage and the student ${student}: it needs at least as many.`,
    );
  return Array.from({ length: student }, (_, j) => {
    const from = Math.floor((j * teacher) / student);
    const to = Math.floor(((j + 1) * teacher) / student);
    return Array.from({ length: to - from }, (_unused, index) => from + index);
  });
}

/** @throws when stages or units cannot be paired */
export function pairsOf(
  teacher: StagedNetwork,
  student: StagedNetwork,
  granularity: 'block' | 'stage',
): Pair[] {
  if (teacher.stages.length !== student.stages.length)
    throw new Error(
      `The teacher has ${teacher.stages.length} stages and the student ${student.stages.length}: they are exchanged one for one.`,
    );
  return student.stages.flatMap((own, index): Pair[] => {
    const other = teacher.stages[index];
    if (!other) return [];
    const groups =
      granularity === 'stage'
        ? [{ name: own.name, student: own.blocks, teacher: other.blocks }]
        : groupedUnits(other.blocks.length, own.blocks.length).map((units, unit) => ({
            name: own.blocks[unit]?.name ?? '',
            student: own.blocks.slice(unit, unit + 1),
            teacher: units.flatMap((each) => other.blocks[each] ?? []),
          }));
    let [studentInput, teacherInput] = [own.input, other.input];
    return groups.map((group): Pair => {
      const studentOutput = traceBlocks(group.student, studentInput, 'student').output;
      const teacherOutput = traceBlocks(group.teacher, teacherInput, 'teacher').output;
      const pair = { ...group, studentInput, studentOutput, teacherInput, teacherOutput };
      [studentInput, teacherInput] = [studentOutput, teacherOutput];
      return pair;
    });
  });
}

/** Layers that lead from features of one width to those of another; null where sizes differ. */
export function adapterLayers(from: Shape, to: Shape): Layer[] | null {
  if (from.slice(0, -1).join() !== to.slice(0, -1).join() || from.length !== to.length) return null;
  if (from.length === 1) return [{ kind: 'dense', units: to[0] ?? 0 }];
  return convNorm(to.at(-1) ?? 0, 1);
}

export const fitsAsItIs = (pair: Pair): boolean =>
  pair.studentInput.join() === pair.teacherInput.join() &&
  pair.studentOutput.join() === pair.teacherOutput.join();

/** Why a pair cannot be exchanged; null where it can. */
export function misfit(pair: Pair, adapters: boolean): string | null {
  if (fitsAsItIs(pair)) return null;
  const shapes = `the student's ${pair.name} leads from [${pair.studentInput.join(', ')}] to [${pair.studentOutput.join(', ')}], the teacher's from [${pair.teacherInput.join(', ')}] to [${pair.teacherOutput.join(', ')}]`;
  if (!adapters) return shapes;
  const canAdapt =
    adapterLayers(pair.studentInput, pair.teacherInput) &&
    adapterLayers(pair.teacherOutput, pair.studentOutput);
  return canAdapt ? null : `${shapes}; adapters change widths, not sizes`;
}
