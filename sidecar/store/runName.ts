/** Names of run directories: UTC time, method, model, data set, seed, and four random characters. API: runName. */
import { randomBytes } from 'node:crypto';

/** Crockford's base 32 in lower case: no letter that looks like a digit. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const SUFFIX_LENGTH = 4;
const PART_LENGTH = 40;

/** Letters, digits and hyphens of `text`, so that the name is one word on every file system and in every shell. */
function part(text: string): string {
  const cleaned = text.normalize('NFKD').replaceAll(/[^A-Za-z0-9]+/g, '-');
  return cleaned.replaceAll(/^-+|-+$/g, '').slice(0, PART_LENGTH) || 'x';
}

/** e.g. `2026-11-23T15-30-07_dkel_resnet8_mnist_s42_k3f9`. */
export function runName(
  { method, model, dataset, seed }: { method: string; model: string; dataset: string; seed: number },
  created: Date,
): string {
  const time = created.toISOString().slice(0, 19).replaceAll(':', '-');
  const suffix = Array.from(randomBytes(SUFFIX_LENGTH), (byte) => ALPHABET.charAt(byte % ALPHABET.length));
  return [time, part(method), part(model), part(dataset), `s${seed}`, suffix.join('')].join('_');
}
