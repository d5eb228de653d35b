import { readdirSync, readFileSync } from 'node:fs';
import { Stream } from '../../sidecar/random/stream.ts';
import { doubts } from '../fixtures/experiments/doubts.ts';
import { keys } from '../fixtures/experiments/keys.ts';
import { syntax } from '../fixtures/experiments/syntax.ts';
import { values } from '../fixtures/experiments/values.ts';

/** After so many edits a text is left for the next one. */
const LIFE = 25;

const texts = [
  ...readdirSync('examples').map((name) => readFileSync(`examples/${name}`, 'utf8')),
  ...[...doubts, ...keys, ...values, ...syntax].map(({ text }) => text.replace(/[«»]/gu, '').slice(0, 4_000)),
];
const TOKENS = [
  '{', '}', '[', ']', ':', ',', '"', "'", '#', '\n', '\r\n', '\t', '  ', '- ', '? ', '&a ', '*a', '|\n', '>-\n', '<<: ',
  '!!map ', '---\n', '...\n', '%YAML 1.2\n', 'null', 'true', '1e999', '-0', '.inf', '.nan', '0x1F', '🎉', '\u2028', '\uFEFF',
  '\u0000', '__proto__: ', 'constructor: ', 'method: ', 'name: dkel', 'models: ', 'baseline: { run: r1, checkpoint: ',
]; // prettier-ignore

/** Texts of experiments as nobody writes them: random edits, one after the other, of the examples and of broken documents. */
export class RandomEdits {
  readonly #random = Stream.of(20_261_124, 'fuzz');
  #drawn = 0;
  #edits = 0;
  #text = '';

  /** The next text. */
  next(): string {
    if (this.#edits++ % LIFE === 0 || this.#text.length > 8_000) this.#text = this.#pick(texts);
    this.#text = this.#edited(this.#text);
    return this.#text;
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(this.#random.uniform(this.#drawn++) * limit);
  }

  #pick<T>(from: readonly [T, ...T[]] | readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  #edited(text: string): string {
    const at = this.below(text.length + 1);
    const lines = text.split('\n');
    const line = this.below(lines.length);
    switch (this.below(8)) {
      case 0:
        return text.slice(0, at) + text.slice(at + 1 + this.below(6));
      case 1:
        return text.slice(0, at) + this.#pick(TOKENS) + text.slice(at);
      case 2:
        return text.slice(0, at) + String.fromCodePoint(32 + this.below(95)) + text.slice(at);
      case 3:
        return lines.toSpliced(line, 1).join('\n');
      case 4:
        return lines.toSpliced(line, 0, lines[this.below(lines.length)] ?? '').join('\n');
      case 5:
        return lines.with(line, ' '.repeat(this.below(7)) + (lines[line] ?? '').trimStart()).join('\n');
      case 6: {
        const words = text.match(/[\w.]+/gu) ?? [''];
        const word = this.#pick(words);
        return text.slice(0, at) + word + text.slice(at + this.below(word.length + 1));
      }
      default:
        return (
          text.slice(0, at) + this.#pick(TOKENS) + text.slice(Math.min(text.length, at + this.below(20)))
        );
    }
  }
}
