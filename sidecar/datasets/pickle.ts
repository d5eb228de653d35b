import { DataFault } from './fault.ts';

/** What a Python object becomes: bytes and texts as they are, tuples as lists, arrays of bytes with their shape. */
export type Pickled =
  null | boolean | number | string | Uint8Array | Pickled[] | Map<string, Pickled> | ByteArray;

/** A numpy array of unsigned bytes, row-major. */
export interface ByteArray {
  readonly kind: 'bytes';
  shape: readonly number[];
  data: Uint8Array;
}

/** The names that may be called, all of them harmless here: nothing of Python is ever run. */
const CALLABLE = new Set([
  'numpy.core.multiarray _reconstruct',
  'numpy._core.multiarray _reconstruct',
  'numpy ndarray',
  'numpy dtype',
  '_codecs encode',
]);

const MARK = Symbol('mark');
interface Name {
  readonly kind: 'name';
  readonly name: string;
}
type Entry = Pickled | Name | typeof MARK;

/**
 * Reads the subset of Python's pickle (protocol 2) that the archives of CIFAR use: containers, numbers, byte strings, texts and
 * numpy arrays of unsigned bytes. The libraries that there are for it have had no release for years.
 * @param file for messages
 * @throws DataFault at the first byte that is none of that
 */
export function readPickle(bytes: Uint8Array, file: string): Pickled {
  try {
    return new Machine(bytes).run();
  } catch (error) {
    throw new DataFault(
      `${file} is no pickle of CIFAR: ${error instanceof Error ? error.message : String(error)}.`,
      'Get the archive again.',
      error,
    );
  }
}

class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #stack: Entry[] = [];
  readonly #memo = new Map<number, Entry>();
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): Pickled {
    for (;;) {
      const code = String.fromCharCode(this.#number(1));
      if (code === '.') return this.#value();
      const made = this.#made(code);
      if (made !== undefined) this.#stack.push(made);
    }
  }

  /** @returns what the instruction adds to the stack; undefined where it changes what is there already */
  #made(code: string): Entry | undefined {
    switch (code) {
      case '\x80':
        if (this.#number(1) > 2) throw new Error('its protocol is newer than 2');
        return undefined;
      case '(':
        return MARK;
      case ')':
      case ']':
        return [];
      case '}':
        return new Map();
      case 'N':
        return null;
      case '\x88':
        return true;
      case '\x89':
        return false;
      case 'K':
        return this.#number(1);
      case 'M':
        return this.#number(2);
      case 'J':
        return this.#number(4) | 0;
      case 'U':
        return this.#take(this.#number(1));
      case 'T':
        return this.#take(this.#number(4));
      case 'X':
        return new TextDecoder().decode(this.#take(this.#number(4)));
      case 'c':
        return this.#name();
      case 'q':
        this.#memo.set(this.#number(1), this.#top());
        return undefined;
      case 'r':
        this.#memo.set(this.#number(4), this.#top());
        return undefined;
      case 'h':
        return this.#remembered(this.#number(1));
      case 'j':
        return this.#remembered(this.#number(4));
      case 't':
        return this.#toMark();
      case '\x85':
      case '\x86':
      case '\x87':
        return this.#tuple(code.charCodeAt(0) - 0x84);
      case 'a':
        this.#append([this.#value()]);
        return undefined;
      case 'e':
        this.#append(this.#toMark());
        return undefined;
      case 's': {
        const value = this.#value();
        this.#enter([this.#value(), value]);
        return undefined;
      }
      case 'u':
        this.#enter(this.#toMark());
        return undefined;
      case 'R': {
        const parts = this.#value();
        return called(this.#stack.pop(), parts);
      }
      case 'b':
        filled(this.#value(), this.#top());
        return undefined;
      default:
        throw new Error(`byte ${this.#at - 1} is ${code.charCodeAt(0)}, which such a file does not have`);
    }
  }

  #top(): Entry {
    const top = this.#stack.at(-1);
    if (top === undefined) throw new Error(`nothing was said before byte ${this.#at}`);
    return top;
  }

  #value(): Pickled {
    const top = this.#top();
    this.#stack.pop();
    return value(top);
  }

  #remembered(key: number): Entry {
    const entry = this.#memo.get(key);
    if (entry === undefined) throw new Error(`byte ${this.#at} speaks of what was never said`);
    return entry;
  }

  #toMark(): Pickled[] {
    const from = this.#stack.lastIndexOf(MARK);
    if (from === -1) throw new Error(`the list that ends at byte ${this.#at} has no beginning`);
    const entries = this.#stack.splice(from);
    // A class may stand among the arguments of numpy's makers; which it is has been checked.
    return entries.slice(1).map((entry) => (isName(entry) ? null : value(entry)));
  }

  #tuple(length: number): Pickled[] {
    const entries = this.#stack.splice(-length);
    return entries.map((entry) => (isName(entry) ? null : value(entry)));
  }

  #append(items: readonly Pickled[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw new Error(`byte ${this.#at} adds to what is no list`);
    list.push(...items);
  }

  #enter(pairs: readonly Pickled[]): void {
    const map = this.#top();
    if (!(map instanceof Map)) throw new Error(`byte ${this.#at} adds to what is no dictionary`);
    for (let index = 0; index < pairs.length; index += 2)
      map.set(textOf(pairs[index] ?? null), pairs[index + 1] ?? null);
  }

  #name(): Name {
    const name = `${this.#line()} ${this.#line()}`;
    if (!CALLABLE.has(name)) throw new Error(`it wants to call ${name}`);
    return { kind: 'name', name };
  }

  #line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end === -1) throw new Error('it is cut short');
    const text = new TextDecoder('latin1').decode(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return text;
  }

  /** An unsigned little-endian number. */
  #number(size: 1 | 2 | 4): number {
    const from = this.#at;
    this.#take(size);
    if (size === 1) return this.#view.getUint8(from);
    return size === 2 ? this.#view.getUint16(from, true) : this.#view.getUint32(from, true);
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new Error('it is cut short');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}

const isName = (entry: Entry | undefined): entry is Name =>
  typeof entry === 'object' && entry !== null && 'kind' in entry && entry.kind === 'name';

function value(entry: Entry): Pickled {
  if (entry === MARK || isName(entry)) throw new Error('a name stands where a value is wanted');
  return entry;
}

/** Texts of Python 2 are bytes. */
export const textOf = (text: Pickled): string => {
  if (typeof text === 'string') return text;
  if (text instanceof Uint8Array) return new TextDecoder().decode(text);
  throw new Error('a text is wanted');
};

/** What a call of one of the names gives. */
function called(name: Entry | undefined, parts: Pickled): Pickled {
  if (!isName(name) || !Array.isArray(parts)) throw new Error('it calls what cannot be called');
  if (name.name.endsWith('_reconstruct')) return { kind: 'bytes', shape: [], data: new Uint8Array() };
  if (name.name === 'numpy dtype') {
    if (textOf(parts[0] ?? null).replace('|', '') !== 'u1') throw new Error('an array is not of bytes');
    return null;
  }
  // How Python 3 writes bytes in this protocol: a text of as many characters.
  if (name.name === '_codecs encode') return Buffer.from(textOf(parts[0] ?? null), 'latin1');
  throw new Error(`it wants to call ${name.name}`);
}

/** Gives an array its state: version, shape, type, whether in Fortran's order, bytes. The state of a type says nothing more. */
function filled(state: Pickled, of: Entry): void {
  if (of === null) return;
  const isArray = typeof of === 'object' && 'kind' in of && of.kind === 'bytes';
  const [, shape, , fortran, data] = Array.isArray(state) ? state : [];
  if (!isArray || !Array.isArray(shape) || fortran !== false || !(data instanceof Uint8Array))
    throw new Error('an array is not as numpy writes it');
  of.shape = shape.map(Number);
  of.data = data;
}
