import { decode, encode } from 'fast-png';
import type { Sampler } from '../datasets/sampler.ts';
import { pictureShape } from './picture.ts';
import { picturedViews } from './viewPictures.ts';

/** Pixels between pictures. */
const GAP = 2;
/** Small pictures are shown so many times larger that they reach about this height. */
const HEIGHT = 96;
const PAPER = 255;

/**
 * A PNG with a row for each sample: as it is stored, then its views as the first step sees them. Null where samples are no images.
 * @param views of each sample
 */
export function contactSheet(sampler: Sampler, views: number, samples: number): Uint8Array | null {
  const shape = pictureShape(sampler.dataset.shape);
  const rows = picturedViews(sampler, 0, views, samples);
  if (shape === null || rows === null) return null;
  const { height, width, channels } = shape;
  const zoom = Math.max(1, Math.round(HEIGHT / height));
  const [cellHeight, cellWidth] = [height * zoom + GAP, width * zoom + GAP];
  const sheet = { width: (views + 1) * cellWidth + GAP, height: rows.length * cellHeight + GAP, channels };
  const data = new Uint8Array(sheet.width * sheet.height * channels).fill(PAPER);
  rows.forEach(({ plain, views: own }, row) => {
    [plain, ...own].forEach((png, column) => {
      const { data: pixels } = decode(png);
      for (let y = 0; y < height * zoom; y++)
        for (let x = 0; x < width * zoom; x++) {
          const from = (Math.floor(y / zoom) * width + Math.floor(x / zoom)) * channels;
          const to = ((row * cellHeight + GAP + y) * sheet.width + column * cellWidth + GAP + x) * channels;
          for (let channel = 0; channel < channels; channel++)
            data[to + channel] = pixels[from + channel] ?? 0;
        }
    });
  });
  return encode({ ...sheet, data });
}
