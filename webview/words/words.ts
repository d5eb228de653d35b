import { en } from './en.ts';
import { ja } from './ja.ts';

export type WordKey = keyof typeof en;
export type Words = Readonly<Record<WordKey, string>>;

/** Names of the `{holes}` of a text. */
type Holes<Text extends string> = Text extends `${string}{${infer Hole}}${infer Rest}`
  ? Hole | Holes<Rest>
  : never;
type Values<K extends WordKey> = [Holes<(typeof en)[K]>] extends [never]
  ? []
  : [values: Readonly<Record<Holes<(typeof en)[K]>, string>>];

const BUNDLES: Readonly<Record<string, Words>> = { en, ja };
let words: Words = en;
let locale = 'en';

/** Speaks the language of a BCP 47 tag where there is a bundle for it, English otherwise; numbers follow the tag. */
export function speak(tag: string): void {
  const bundle = BUNDLES[tag.toLowerCase().split('-')[0] ?? ''];
  words = bundle ?? en;
  locale = bundle ? tag : 'en';
  document.documentElement.lang = locale;
}

export const currentLocale = (): string => locale;

/** A text in the reader's language, its holes filled. */
export function t<K extends WordKey>(key: K, ...[values]: Values<K>): string {
  const filling: Readonly<Record<string, string>> = values ?? {};
  return words[key].replace(/\{(\w+)\}/gu, (hole, name: string) => filling[name] ?? hole);
}

/** Several things in one sentence, as the language joins them. */
export const joined = (items: readonly string[]): string =>
  new Intl.ListFormat(locale, { type: 'unit', style: 'short' }).format(items);
