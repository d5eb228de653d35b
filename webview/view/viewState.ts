import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { z } from 'zod';
import { splitSchema, subjectSchema } from '../../sidecar/protocol/comparison.ts';
import { tabSchema } from '../../sidecar/protocol/pageMessages.ts';
import { host } from '../host.ts';

export const X_AXES = ['step', 'epoch', 'time'] as const;
export type XAxis = (typeof X_AXES)[number];

/** What is looked at and how. Kept by the editor, or by the browser for this tab. */
const viewSchema = z.object({
  version: z.literal(1),
  tab: tabSchema,
  /** Null takes the newest that lives, else the newest. */
  run: z.string().nullable(),
  overlays: z.array(z.string()),
  /** What deltas are counted from; null takes the pinned run, the empty text none. */
  baseline: z.string().nullable(),
  /** Runs in the order of their colours: a run keeps its own. */
  colored: z.array(z.string()),
  /** Weight of the past in the moving average, 0 ≤ s < 1. */
  smoothing: z.number().min(0).max(0.999),
  xAxis: z.enum(X_AXES),
  /** In units of the x axis; null shows everything. */
  zoom: z.object({ from: z.number(), to: z.number() }).nullable(),
  /** Charts with a logarithmic left axis. */
  logarithmic: z.array(z.string()),
  /** Columns of the runs table, in their order. */
  columns: z.array(z.string()),
  sort: z.object({ column: z.string(), descending: z.boolean() }),
  filter: z.string(),
  onlyDifferences: z.boolean(),
  showHidden: z.boolean(),
  /** Checkpoints to compare, the reference first. A state of before there was a comparison has none. */
  subjects: z.array(subjectSchema).default([]),
  split: splitSchema.default('validation'),
  /** They have been asked for: a page that comes back asks again, and gets what is known. */
  isCompared: z.boolean().default(false),
});
export type ViewState = z.output<typeof viewSchema>;

const INITIAL: ViewState = {
  version: 1,
  tab: 'run',
  run: null,
  overlays: [],
  baseline: null,
  colored: [],
  smoothing: 0,
  xAxis: 'step',
  zoom: null,
  logarithmic: [],
  columns: [
    'status',
    'best',
    'delta',
    'test',
    'method',
    'model',
    'dataset',
    'seed',
    'steps',
    'created',
    'tags',
  ],
  sort: { column: 'created', descending: true },
  filter: '',
  onlyDifferences: false,
  showHidden: false,
  subjects: [],
  split: 'validation',
  isCompared: false,
};

const STORAGE_KEY = 'distillery.view';
/** The editor's copy is written at most this often. */
const WRITE_AFTER_MS = 150;

export const view = signal<ViewState>(restored());

/** One part, so that who reads it is not touched by changes of the others. */
export const part = <K extends keyof ViewState>(key: K): ReadonlySignal<ViewState[K]> =>
  computed(() => view.value[key]);

export function look(changes: Partial<ViewState>): void {
  view.value = { ...view.value, ...changes };
}

/** What was kept, or the beginning where nothing was, or something that an older page wrote otherwise. */
function restored(): ViewState {
  const kept = viewSchema.safeParse(
    host === null ? parsed(sessionStorage.getItem(STORAGE_KEY)) : host.readState(),
  );
  return kept.success ? kept.data : INITIAL;
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    // Somebody else's text: as good as none.
    return null;
  }
}

/** Keeps what changes; called once. */
export function keepView(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = () => {
    timer = undefined;
    const state = view.peek();
    if (host === null) sessionStorage.setItem(STORAGE_KEY, JSON.stringify(state));
    else host.writeState(state);
  };
  view.subscribe(() => {
    timer ??= setTimeout(write, WRITE_AFTER_MS);
  });
  // A page that goes away writes at once.
  addEventListener('pagehide', () => {
    if (timer !== undefined) write();
  });
}
