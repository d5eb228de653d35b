/**
 * Panels of a run's page that its method declares: what is drawn of its own diagnostics, as data, so that the page knows no
 * method.
 *
 * API: panelDeclarationSchema, PanelDeclaration.
 */
import { z } from 'zod';

const common = {
  /** Lower camel case, unique in its method. */
  id: z.string().min(1),
  title: z.string(),
  /** What is seen and what it tells, in a sentence or two. */
  explanation: z.string(),
  /** How sure the method's sources are of what is drawn; absent: it is a mere count or measure. */
  certainty: z.enum(['published', 'releasedCode', 'recalled', 'inferred']).optional(),
};
/** Tags; `*` stands for one part between slashes. */
const patterns = z.array(z.string()).min(1).readonly();

export const panelDeclarationSchema = z
  .discriminatedUnion('kind', [
    /** A line for every series that matches. */
    z.object({ ...common, kind: z.literal('lines'), series: patterns, unit: z.string() }),
    /** A row for every series that matches, a column for every logged step; the shade is the value, 0 to 1. */
    z.object({ ...common, kind: z.literal('raster'), series: patterns }),
    /** Episodes that were kept at the newest evaluation, to be played: exhibits by their names. */
    z.object({ ...common, kind: z.literal('episode'), exhibits: patterns }),
  ])
  .meta({ id: 'PanelDeclaration' });
export type PanelDeclaration = z.output<typeof panelDeclarationSchema>;
