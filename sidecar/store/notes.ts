/** Reading and changing `notes.json`. API: readNotes(runDir), annotate(runDir, changes). */
import { join } from 'node:path';
import { notesSchema, type Notes } from '../protocol/notes.ts';
import { writeJsonAtomic } from './atomicFile.ts';
import { readJson } from './jsonFile.ts';

function notesPath(runDir: string): string {
  return join(runDir, 'notes.json');
}

/** Empty notes when there are none. @throws StoreError `invalid-file`. */
export async function readNotes(runDir: string): Promise<Notes> {
  return (await readJson(notesPath(runDir), notesSchema)) ?? notesSchema.parse({});
}

/** Changes the given fields and keeps the others. @throws StoreError `invalid-file` rather than overwrite a broken file. */
export async function annotate(runDir: string, changes: Partial<Notes>): Promise<Notes> {
  const notes = notesSchema.parse({ ...(await readNotes(runDir)), ...changes });
  writeJsonAtomic(notesPath(runDir), notes);
  return notes;
}
