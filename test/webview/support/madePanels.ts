import type { Exhibits } from '../../../sidecar/protocol/exhibits.ts';
import type { PanelDeclaration } from '../../../sidecar/protocol/panels.ts';

/** One panel of each kind, and one that has nothing to show. */
export const madePanels: readonly PanelDeclaration[] = [
  {
    id: 'sample',
    kind: 'lines',
    title: 'Effective samples',
    series: ['train/*/ess'],
    unit: 'samples',
    explanation: 'Few: some samples decide alone.',
    certainty: 'inferred',
  },
  { id: 'gates', kind: 'raster', title: 'Swapped blocks', series: ['gate/*'], explanation: 'Dark: swapped.' },
  { id: 'play', kind: 'episode', title: 'Episode', exhibits: ['episode/*'], explanation: 'The first one.' },
  { id: 'never', kind: 'lines', title: 'Never', series: ['nothing/*'], unit: '', explanation: '' },
];
const frames = Array.from({ length: 31 }, (_, step) => ({
  action: step === 0 ? [] : [step / 10],
  reward: -1,
  total: -step,
  shapes: [{ kind: 'circle', x: step / 30, y: 0.25, radius: 0.02, tone: 'accent' } as const],
}));
/** An episode of each of two learners. */
export const madeExhibits: Exhibits = {
  version: 1,
  step: 100,
  exhibits: Object.fromEntries(
    ['learner1', 'learner2'].map((name, index) => [
      `episode/${name}`,
      {
        kind: 'episode' as const,
        secondsPerStep: 0.02,
        height: 0.5,
        background: [],
        frames: index === 0 ? frames : frames.slice(0, 11),
      },
    ]),
  ),
};

/** What the panels draw. */
export const panelSeries = (step: number): Record<string, number> => ({
  'train/peer1/ess': step,
  'train/teacher1/ess': 2 * step,
  'gate/stem': step > 50 ? 1 : 0,
  'gate/1.1': 0.5,
});
