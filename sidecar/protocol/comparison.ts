/**
 * Comparison of checkpoints: what is asked, what comes back, and how far it is. The result is one schema for the wire, for
 * the cache and for `distillery compare --json`. Shares are 0…1; index 0 of everything by subject is the reference.
 *
 * API: subjectSchema, Subject, comparisonRequestSchema, ComparisonRequest, comparisonSchema, Comparison, ComparedSubject,
 * Difference, comparisonProgressSchema, ComparisonProgress.
 */
import { z } from 'zod';
import { wireNumber } from './number.ts';
import { runIdSchema } from './runRecord.ts';

const count = z.int().min(0);

/** One network: a role of a checkpoint of a run. The role `best` is the one that does best on its own run's validation split. */
export const subjectSchema = z
  .object({
    run: runIdSchema,
    checkpoint: z.union([z.enum(['best', 'last']), count]),
    role: z.string().min(1),
  })
  .meta({ id: 'Subject' });
export type Subject = z.output<typeof subjectSchema>;

export const splitSchema = z.enum(['validation', 'test']);
export type Split = z.output<typeof splitSchema>;

export const MAX_SUBJECTS = 8;

export const comparisonRequestSchema = z
  .object({
    /** The first is the reference. */
    subjects: z.array(subjectSchema).min(2).max(MAX_SUBJECTS),
    /** Which samples; the validation split is the reference's. */
    split: splitSchema.default('validation'),
    /** Of the bootstrap. */
    resamples: z.int().min(100).max(100_000).default(2000),
    /** Of the bootstrap, and of the choice of samples for CKA. */
    seed: count.default(0),
    /** Images at most on which the answers differ. */
    images: count.max(256).default(48),
  })
  .meta({ id: 'ComparisonRequest' });
export type ComparisonRequest = z.output<typeof comparisonRequestSchema>;

const comparedSubjectSchema = z
  .object({
    run: runIdSchema,
    step: count,
    /** As it was found: never `best`. */
    role: z.string(),
    kind: z.string(),
    method: z.string(),
    model: z.string(),
    /** SHA-256 of the checkpoint's list of digests. */
    checkpoint: z.string(),
    top1: wireNumber,
    top5: wireNumber,
    /** Mean −ln p(label), nats. */
    crossEntropy: wireNumber,
    ece: wireNumber,
    /** Reliability diagram: equal bins of confidence; null in an empty one. */
    reliability: z.array(
      z.object({ count, confidence: z.number().nullable(), accuracy: z.number().nullable() }),
    ),
    /** [label, predicted class, count], counts above 0 only. */
    confusion: z.array(z.tuple([count, count, count])),
    /** Null where the role is no path through one network (a mean of several): nothing of its own to weigh or time. */
    network: z
      .object({
        name: z.string(),
        output: z.string(),
        parameters: count,
        /** Of its exported weights, running statistics included. */
        bytes: count,
        /** Of one sample's forward pass. */
        multiplyAdds: count,
        /** Milliseconds of a forward pass, median. Of this machine at that time. */
        latency: z.array(
          z.object({ batch: z.int().min(1), milliseconds: z.number().min(0), repeats: z.int().min(1) }),
        ),
        /** Whose outputs are compared, from input to logits. */
        blocks: z.array(z.string()),
      })
      .nullable(),
  })
  .meta({ id: 'ComparedSubject' });
export type ComparedSubject = z.output<typeof comparedSubjectSchema>;

const differenceSchema = z
  .object({
    /** Accuracy minus the reference's, −1…1. */
    top1: wireNumber,
    /** 95 % of the paired bootstrap. */
    interval: z.object({ low: wireNumber, high: wireNumber }),
    mcnemar: z.object({
      onlyReference: count,
      onlyOther: count,
      test: z.enum(['exact', 'chiSquare']),
      statistic: z.number().nullable(),
      p: wireNumber,
    }),
    /** Counts; together they are all samples. */
    outcomes: z.object({
      bothRight: count,
      fixed: count,
      broken: count,
      sameMistake: count,
      otherMistake: count,
    }),
    /** Samples of each class that are answered differently. */
    disagreement: z.array(count),
    /** Null where one of the two is no path through one network, as are the two below. */
    weights: z
      .object({
        tensors: z.array(
          z.object({
            name: z.string(),
            shape: z.array(count),
            distance: wireNumber,
            relative: wireNumber,
            cosine: wireNumber,
          }),
        ),
        onlyReference: z.array(z.string()),
        onlyOther: z.array(z.string()),
      })
      .nullable(),
    /** By block of the reference, then of the other one. */
    cka: z.array(z.array(wireNumber)).nullable(),
  })
  .meta({ id: 'ComparisonDifference' });
export type Difference = z.output<typeof differenceSchema>;

export const comparisonSchema = z
  .object({
    version: z.literal(1),
    /** Of everything that the result is a function of; the cache calls it by this. */
    digest: z.string(),
    computedAt: z.iso.datetime(),
    /** What it took. */
    seconds: z.number().min(0),
    split: splitSchema,
    samples: count,
    /** So many of them for CKA. */
    ckaSamples: count,
    resamples: count,
    seed: count,
    dataset: z.object({ name: z.string(), digest: z.string() }),
    /** Names, in order of their index. */
    classes: z.array(z.string()),
    backend: z.object({ name: z.string(), device: z.string() }),
    subjects: z.array(comparedSubjectSchema).min(2),
    /** `leak`: a subject was trained on some of the samples. `data`: the data here are not those that it was trained on. */
    warnings: z.array(
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('leak'), subject: count, samples: count }),
        z.object({ kind: z.literal('data'), subject: count }),
      ]),
    ),
    /** Of every subject but the first. */
    differences: z.array(differenceSchema),
    /** Share of samples answered alike, subject by subject. */
    agreement: z.array(z.array(wireNumber)),
    perClass: z.array(z.object({ samples: count, right: z.array(count) })),
    images: z.array(
      z.object({
        /** Index in the file of the split: training or test. */
        sample: count,
        label: count,
        /** Base64 of a PNG, before normalisation; null where samples are no images. */
        png: z.string().nullable(),
        /** By subject. */
        answers: z.array(z.object({ class: count, probability: wireNumber })),
      }),
    ),
  })
  .meta({ id: 'Comparison' });
export type Comparison = z.output<typeof comparisonSchema>;

export const comparisonProgressSchema = z
  .object({
    done: z.number().min(0),
    total: z.number().min(0),
    what: z.enum(['queued', 'opening', 'answers', 'networks', 'statistics']),
  })
  .meta({ id: 'ComparisonProgress' });
export type ComparisonProgress = z.output<typeof comparisonProgressSchema>;
