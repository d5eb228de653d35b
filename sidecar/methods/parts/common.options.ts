import { z } from 'zod';
import { rampUp } from '../../schedules/ramps.ts';
import type { PaperFact } from '../declaration.ts';

/** Options that several methods have, each with its own default and sources. */

export const temperature = (
  value: number,
  paper: readonly PaperFact[],
  description = 'T; every distillation term carries T².',
) =>
  z
    .number()
    .positive()
    .max(100)
    .default(value)
    .meta({ description, paper, alsoCalled: ['T', 'tau'] });

export const weight = (
  value: number,
  description: string,
  paper: readonly PaperFact[],
  alsoCalled: readonly string[] = [],
) => z.number().min(0).max(1000).default(value).meta({ description, paper, alsoCalled });

/** @param what `peers`, `heads` */
export const members = (
  what: string,
  value: number,
  least: number,
  description: string,
  paper: readonly PaperFact[],
) =>
  z
    .number()
    .int()
    .min(least)
    .max(8)
    .default(value)
    .meta({ description, unit: what, paper, alsoCalled: ['branches', 'm'] });

export const rampEpochs = (paper: readonly PaperFact[], share = '80/300') =>
  z
    .number()
    .positive()
    .nullable()
    .default(null)
    .meta({
      description: `A, over which the distillation weight rises; null = ${share} of the stage.`,
      unit: 'epochs',
      paper,
      alsoCalled: ['rampUp', 'rampLength'],
    });

export const omegaMax = (value: number, paper: readonly PaperFact[]) =>
  z
    .number()
    .min(0)
    .max(10)
    .default(value)
    .meta({
      description: 'Final distillation weight ω.',
      related: ['method.rampEpochs'],
      paper,
      alsoCalled: ['omega', 'rampMax'],
    });

/** ω(e) = ω_max · exp(−5 (1 − e/A)²) up to A, ω_max afterwards. @param epochs of the stage; A is 80/300 of it unless given */
export const ramped = (
  options: { readonly omegaMax: number; readonly rampEpochs: number | null },
  epoch: number,
  epochs: number,
): number => rampUp('reference', epoch, options.omegaMax, options.rampEpochs ?? (epochs * 80) / 300);

/** The schedule of ω as it is drawn. */
export const OMEGA_SERIES = {
  tag: 'schedule/omega',
  title: 'ω',
  unit: '',
  formula: 'ramp-up weight of all distillation terms',
} as const;

/** A loss term in nats. */
export const termSeries = (name: string, title: string, formula: string, unit = 'nats') => ({
  tag: `train/*/loss/${name}`,
  title,
  unit,
  formula,
});

/** `name1` … `nameN`. */
export const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}${index + 1}`);
