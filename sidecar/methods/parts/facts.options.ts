import type { PaperFact } from '../declaration.ts';

/** What sources used, by how sure it is; a fact without a source of ours is never told as published. */

const of =
  (certainty: PaperFact['certainty']) =>
  (value: unknown, source: string): PaperFact => ({ value, certainty, source });

/** Stated in the paper. */
export const published = of('published');
/** Read from code: the authors' own, or that which `source` names. */
export const inCode = of('releasedCode');
/** From memory or by others; unverified. */
export const recalled = of('recalled');
/** Our own reading or decision, where sources are silent. */
export const ours = (value: unknown, source = 'our reading: the sources do not say'): PaperFact =>
  of('inferred')(value, source);
