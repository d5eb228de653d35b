/** Tells whether a file changed without reading it. API: fileStamp(path). */
import { stat } from 'node:fs/promises';
import { systemErrorCode } from '../store/errors.ts';

/** Changes whenever the file does; empty when there is none. */
export async function fileStamp(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${ino}:${size}:${mtimeNs}`;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return '';
    throw error;
  }
}
