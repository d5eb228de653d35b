import { describe, expect, it } from 'vitest';
import { SvgPen } from './pen.ts';

describe('the pen that writes SVG', () => {
  it('writes strokes, areas and text as elements', () => {
    const pen = new SvgPen();
    pen.strokeStyle = 'rgb(1, 2, 3)';
    pen.setLineDash([4, 2]);
    pen.beginPath();
    pen.moveTo(0, 0);
    pen.lineTo(10.04, 5);
    pen.stroke();
    pen.fillText('a < b & "c"', 1, 2);
    const svg = pen.document(20, 10, 'white', 'title');
    expect(svg).toContain(
      '<path d="M0 0L10 5" fill="none" stroke="rgb(1, 2, 3)" stroke-width="1" stroke-dasharray="4 2"/>',
    );
    expect(svg).toContain('>a &lt; b &amp; &quot;c&quot;</text>');
  });

  it('opens and closes the group of a clip, and restores what was saved', () => {
    const pen = new SvgPen();
    pen.save();
    pen.globalAlpha = 0.5;
    pen.rect(0, 0, 5, 5);
    pen.clip();
    pen.fill();
    pen.restore();
    expect(pen.globalAlpha).toBe(1);
    const svg = pen.document(5, 5, 'white', '');
    expect(svg.match(/<g /gu)).toHaveLength(1);
    expect(svg.match(/<\/g>/gu)).toHaveLength(1);
  });
});
