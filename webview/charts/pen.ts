/** What both a canvas and an SVG file can do. */
export type Pen = Pick<
  CanvasRenderingContext2D,
  | 'beginPath'
  | 'moveTo'
  | 'lineTo'
  | 'closePath'
  | 'arc'
  | 'rect'
  | 'clip'
  | 'stroke'
  | 'fill'
  | 'fillText'
  | 'save'
  | 'restore'
  | 'setLineDash'
  | 'strokeStyle'
  | 'fillStyle'
  | 'lineWidth'
  | 'globalAlpha'
  | 'font'
  | 'textAlign'
>;

interface PenState {
  strokeStyle: string;
  fillStyle: string;
  lineWidth: number;
  globalAlpha: number;
  font: string;
  textAlign: CanvasTextAlign;
  dash: readonly number[];
  clipped: boolean;
}

const ANCHORS: Readonly<Record<CanvasTextAlign, string>> = {
  left: 'start',
  start: 'start',
  center: 'middle',
  right: 'end',
  end: 'end',
};

/** Writes what is drawn as SVG elements. */
export class SvgPen implements Pen {
  strokeStyle = '#000';
  fillStyle = '#000';
  lineWidth = 1;
  globalAlpha = 1;
  font = '11px sans-serif';
  textAlign: CanvasTextAlign = 'left';
  readonly #elements: string[] = [];
  readonly #stack: PenState[] = [];
  #dash: readonly number[] = [];
  #path: string[] = [];
  #clips = 0;
  /** Whether the group of a clip is open in the present state. */
  #clipped = false;

  beginPath(): void {
    this.#path = [];
  }
  moveTo(x: number, y: number): void {
    this.#path.push(`M${short(x)} ${short(y)}`);
  }
  lineTo(x: number, y: number): void {
    this.#path.push(`L${short(x)} ${short(y)}`);
  }
  closePath(): void {
    this.#path.push('Z');
  }
  /** A whole circle: no other arc is drawn in a chart. */
  arc(x: number, y: number, radius: number): void {
    const [r, left, right] = [short(radius), short(x - radius), short(x + radius)];
    this.#path.push(
      `M${left} ${short(y)}A${r} ${r} 0 1 0 ${right} ${short(y)}A${r} ${r} 0 1 0 ${left} ${short(y)}`,
    );
  }
  rect(x: number, y: number, width: number, height: number): void {
    this.#path.push(`M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}Z`);
  }
  /** What comes until `restore` shows inside the path only. */
  clip(): void {
    this.#clips += 1;
    this.#elements.push(
      `<clipPath id="clip${this.#clips}"><path d="${this.#path.join('')}"/></clipPath><g clip-path="url(#clip${this.#clips})">`,
    );
    this.#clipped = true;
  }
  stroke(): void {
    const dash = this.#dash.length === 0 ? '' : ` stroke-dasharray="${this.#dash.join(' ')}"`;
    this.#elements.push(
      `<path d="${this.#path.join('')}" fill="none" stroke="${escaped(this.strokeStyle)}" stroke-width="${this.lineWidth}"${dash}${this.#opacity()}/>`,
    );
  }
  fill(): void {
    this.#elements.push(
      `<path d="${this.#path.join('')}" fill="${escaped(this.fillStyle)}"${this.#opacity()}/>`,
    );
  }
  fillText(text: string, x: number, y: number): void {
    const [size, family] = splitFont(this.font);
    this.#elements.push(
      `<text x="${short(x)}" y="${short(y)}" font-size="${size}" font-family="${escaped(family)}" text-anchor="${ANCHORS[this.textAlign]}" fill="${escaped(this.fillStyle)}">${escaped(text)}</text>`,
    );
  }
  setLineDash(dash: Iterable<number>): void {
    this.#dash = [...dash];
  }
  save(): void {
    const { strokeStyle, fillStyle, lineWidth, globalAlpha, font, textAlign } = this;
    this.#stack.push({
      strokeStyle,
      fillStyle,
      lineWidth,
      globalAlpha,
      font,
      textAlign,
      dash: this.#dash,
      clipped: this.#clipped,
    });
    this.#clipped = false;
  }
  restore(): void {
    if (this.#clipped) this.#elements.push('</g>');
    const before = this.#stack.pop();
    if (!before) return;
    const { dash, clipped, ...settings } = before;
    Object.assign(this, settings);
    this.#dash = dash;
    this.#clipped = clipped;
  }

  /** The whole file. */
  document(width: number, height: number, background: string, title: string): string {
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
      `<title>${escaped(title)}</title>`,
      `<rect width="${width}" height="${height}" fill="${escaped(background)}"/>`,
      ...this.#elements,
      '</svg>',
      '',
    ].join('\n');
  }

  #opacity(): string {
    return this.globalAlpha === 1 ? '' : ` opacity="${this.globalAlpha}"`;
  }
}

/** A tenth of a pixel is finer than anything on the screen. */
const short = (value: number): string => String(Math.round(value * 10) / 10);

function splitFont(font: string): [size: string, family: string] {
  const [, size = '11px', family = 'sans-serif'] = /(\d+px) (.+)$/u.exec(font) ?? [];
  return [size, family];
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/gu, (character) => ENTITIES[character] ?? '');
