/**
 * Creating and reopening the run's one event file.
 *
 * API: openEventFile(runDir, identity) → path, size and what was cut.
 */
import { copyFileSync, constants, fsyncSync, ftruncateSync, openSync, closeSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { renameOver, syncFolder, temporaryName, writeFileAtomic } from './atomicFile.ts';
import { encodeEvent, FILE_VERSION } from './event.ts';
import { findEventFile } from './eventReader.ts';
import { scanRecords } from './recordScanner.ts';
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
  /** Bytes; whole, sound records from here backwards to the last one. */
  size: number;
  /** Bytes of a torn record that were cut off. */
  cut: number;
}

function firstRecord(wallTime: number): Uint8Array {
  return frameRecord(
    encodeEvent({ wallTime, step: 0, body: { kind: 'file', version: FILE_VERSION, writer: WRITER_NAME } }),
  );
}

/** Bytes up to the end of the last sound record. */
async function soundSize(path: string): Promise<{ sound: number; size: number }> {
  const file = await open(path, 'r');
  try {
    const bytes = await file.readFile();
    return { sound: scanRecords(bytes, 0, { final: true }).consumed, size: bytes.length };
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
  if (existing === null) {
    const seconds = String(Math.floor(wallTime)).padStart(10, '0');
    const path = join(runDir, `events.out.tfevents.${seconds}.${host}.${pid}.0`);
    const first = firstRecord(wallTime);
    guard();
    writeFileAtomic(path, first);
    return { path, size: first.length, cut: 0 };
  }
  const { sound, size } = await soundSize(existing);
  if (sound === 0) {
    const first = firstRecord(wallTime);
    guard();
    writeFileAtomic(existing, first);
    return { path: existing, size: first.length, cut: size };
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
