import { BadInput } from './output.ts';

/** A checkpoint as it is named on the command line. @throws BadInput for anything but best, last or a step */
export function checkpointNamed(text: string): number | 'best' | 'last' {
  if (text === 'best' || text === 'last') return text;
  const step = Number(text);
  if (/^\d+$/u.test(text) && Number.isSafeInteger(step)) return step;
  throw new BadInput(`${text} names no checkpoint. Expected best, last or a step.`);
}
