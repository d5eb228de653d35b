/**
 * Creating and reopening the run's one event file.
 *
 * API: openEventFile(runDir, identity) → path, size and what was cut.
 */
import { copyFileSync, constants, fsyncSync, ftruncateSync, openSync, closeSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { renameOver, syncFolder, temporaryName, writeFileAtomic } from './atomicFile.ts';
import { encodeEvent, FILE_VERSION, type EventBody } from './event.ts';
import { findEventFile } from './eventReader.ts';
import { soundLength } from './recordScanner.ts';
import { frameRecord } from './tfrecord.ts';

export const WRITER_NAME = 'distillery';

export interface FileIdentity {
  host: string;
  pid: number;
  /** Seconds since 1970. */
  wallTime: number;
}

export interface OpenedEventFile {
  path: string;
  /** Bytes: where the next record goes. */
  size: number;
  /** Bytes of a torn record that were cut off. */
  cut: number;
}

/**
 * What every file begins with. The START is there because TensorBoard's Python loader takes the first one of a file for
 * the beginning, and only later ones for a resume that voids records.
 */
function fileHead(wallTime: number): Uint8Array {
  const bodies: EventBody[] = [
    { kind: 'file', version: FILE_VERSION, writer: WRITER_NAME },
    { kind: 'start' },
  ];
  return Buffer.concat(bodies.map((body) => frameRecord(encodeEvent({ wallTime, step: 0, body }))));
}

/** Bytes up to the end of the last sound record. */
async function measure(path: string): Promise<{ sound: number; size: number }> {
  const file = await open(path, 'r');
  try {
    const bytes = await file.readFile();
    return { sound: soundLength(bytes), size: bytes.length };
  } finally {
    await file.close();
  }
}

/**
 * Opens the file for appending. An existing one is copied up to its last sound record and renamed over the old, so that
 * a predecessor which still has the old file open (a stopped process, a dead node that comes back) can no longer add to it.
 * `guard` is asked right before the rename.
 */
export async function openEventFile(
  runDir: string,
  { host, pid, wallTime }: FileIdentity,
  guard: () => void,
): Promise<OpenedEventFile> {
  const existing = await findEventFile(runDir);
  const head = fileHead(wallTime);
  if (existing === null) {
    const seconds = String(Math.floor(wallTime)).padStart(10, '0');
    const path = join(runDir, `events.out.tfevents.${seconds}.${host}.${pid}.0`);
    guard();
    writeFileAtomic(path, head);
    return { path, size: head.length, cut: 0 };
  }
  const { sound, size } = await measure(existing);
  if (sound < head.length) {
    guard();
    writeFileAtomic(existing, head);
    return { path: existing, size: head.length, cut: size };
  }
  replaceByPrefix(existing, sound, runDir, guard);
  return { path: existing, size: sound, cut: size - sound };
}

function replaceByPrefix(path: string, length: number, runDir: string, guard: () => void): void {
  const temporary = temporaryName(path);
  try {
    copyFileSync(path, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const handle = openSync(temporary, 'r+');
    try {
      ftruncateSync(handle, length);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    guard();
    renameOver(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(runDir);
}
