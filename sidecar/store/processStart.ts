/**
 * When a process began, as a text that no other process of this machine ever has together with its pid: pids are used
 * again.
 *
 * API: processStart(pid).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The start is field 22 of /proc/<pid>/stat; the state, behind the name in parentheses, is field 3. */
const STATE = 3;
const START = 22;

/** Empty when there is no such process, when it is a zombie, and on systems that do not tell. */
export function processStart(pid: number): string {
  try {
    switch (process.platform) {
      case 'linux': {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (['Z', 'X'].includes(fields[0] ?? '')) return '';
        // Counted from the start of the system, hence which start.
        const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
        return `${boot} ${fields[START - STATE] ?? ''}`;
      }
      case 'darwin':
        return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
      default:
        return '';
    }
  } catch {
    // No such process, or no right to look: either way nothing is proven.
    return '';
  }
}
