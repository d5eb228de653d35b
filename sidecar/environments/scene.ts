/** What a shape is painted with: colours are the theme's. */
export type Tone = 'foreground' | 'muted' | 'accent' | 'alarm';

/** A shape of a scene, in units of the scene's width: x from left to right, y downwards. */
export type Shape =
  | {
      readonly kind: 'line';
      readonly points: readonly (readonly [x: number, y: number])[];
      readonly width: number;
      readonly tone: Tone;
    }
  | {
      readonly kind: 'circle';
      readonly x: number;
      readonly y: number;
      readonly radius: number;
      readonly tone: Tone;
    }
  | {
      readonly kind: 'rectangle';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly tone: Tone;
    };

/** A hundredth of a per cent of the width is finer than a pixel. */
const short = (value: number): number => Math.round(value * 1e4) / 1e4;

export const line = (
  points: readonly (readonly [x: number, y: number])[],
  width: number,
  tone: Tone = 'foreground',
): Shape => ({ kind: 'line', points: points.map(([x, y]) => [short(x), short(y)] as const), width, tone });

export const circle = (x: number, y: number, radius: number, tone: Tone = 'foreground'): Shape => ({
  kind: 'circle',
  x: short(x),
  y: short(y),
  radius,
  tone,
});

export const rectangle = (
  x: number,
  y: number,
  width: number,
  height: number,
  tone: Tone = 'foreground',
): Shape => ({ kind: 'rectangle', x: short(x), y: short(y), width, height, tone });
