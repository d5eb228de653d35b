import type { Marker } from '../theme/theme.ts';
import type { Pen } from './pen.ts';

const SIZE = 3;

/** Identity where hue alone would not do. */
export function drawMarker(pen: Pen, marker: Marker, x: number, y: number): void {
  const corners = (points: readonly (readonly [number, number])[]) => {
    points.forEach(([dx, dy], index) => {
      if (index === 0) pen.moveTo(x + dx, y + dy);
      else pen.lineTo(x + dx, y + dy);
    });
    pen.closePath();
    pen.fill();
  };
  const crossed = (strokes: readonly (readonly [number, number])[]) => {
    for (const [dx, dy] of strokes) {
      pen.moveTo(x - dx, y - dy);
      pen.lineTo(x + dx, y + dy);
    }
    pen.stroke();
  };
  const s = SIZE;
  pen.beginPath();
  switch (marker) {
    case 'circle':
      pen.arc(x, y, s, 0, 2 * Math.PI);
      pen.fill();
      return;
    case 'diamond':
      corners([[0, -s - 1], [s + 1, 0], [0, s + 1], [-s - 1, 0]]); // prettier-ignore
      return;
    case 'triangle':
      corners([[0, -s - 1], [s + 1, s], [-s - 1, s]]); // prettier-ignore
      return;
    case 'square':
      corners([[-s, -s], [s, -s], [s, s], [-s, s]]); // prettier-ignore
      return;
    case 'cross':
      crossed([[s, s], [s, -s]]); // prettier-ignore
      return;
    case 'star':
      crossed([[s, s], [s, -s], [0, s + 1], [s + 1, 0]]); // prettier-ignore
  }
}
