/**
 * The version of the wire protocol. Major: old and new do not understand each other. Minor: something was added that an
 * older peer does not miss.
 *
 * API: PROTOCOL_VERSION, versionSchema, isCompatible, formatVersion.
 */
import { z } from 'zod';

export const versionSchema = z
  .object({ major: z.int().min(0), minor: z.int().min(0) })
  .meta({ id: 'ProtocolVersion' });
export type ProtocolVersion = z.output<typeof versionSchema>;

export const PROTOCOL_VERSION: ProtocolVersion = { major: 1, minor: 3 };

export function isCompatible(other: ProtocolVersion): boolean {
  return other.major === PROTOCOL_VERSION.major;
}

export function formatVersion({ major, minor }: ProtocolVersion): string {
  return `${major}.${minor}`;
}
