/** How compared networks are called. API: subjectNames(subjects). */
import type { ComparedSubject } from './comparison.ts';
import { shortId } from './runRecord.ts';

type Named = Pick<ComparedSubject, 'run' | 'step' | 'role'>;

/**
 * A name of its own for each: its role, with the end of its run's name and its step only where these tell it from another
 * one; the same network a second time is numbered.
 */
export function subjectNames(subjects: readonly Named[]): string[] {
  const severalRuns = new Set(subjects.map(({ run }) => run)).size > 1;
  const names = subjects.map(({ run, step, role }) => {
    const steps = new Set(subjects.filter((other) => other.run === run).map((other) => other.step));
    const parts = [role, ...(severalRuns ? [shortId(run)] : []), ...(steps.size > 1 ? [`@${step}`] : [])];
    return parts.join(' ');
  });
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length;
    return before === 0 ? name : `${name} (${before + 1})`;
  });
}
