import { failure } from '../link/steering.ts';
import { palette } from '../theme/theme.ts';
import { Menu, MenuItem } from '../theme/menu.tsx';
import { t } from '../words/words.ts';
import type { ChartState } from './chartState.ts';
import { csvOf, jsonOf, type RunPoints } from './dataFile.ts';
import { paint } from './paint.ts';
import { SvgPen } from './pen.ts';
import { fetchRanges } from './ranges.ts';
import { saveFile } from './saveFile.ts';
import { xWindow } from './zoom.ts';

const FORMATS = ['png', 'svg', 'csv', 'json'] as const;
type Format = (typeof FORMATS)[number];

/** Pixels of a PNG per pixel of the page: to be printed. */
const PNG_SCALE = 3;
const ALL_POINTS = 1_000_000;

/** Takes a chart out of the page: as a picture, or its exact numbers. */
export function ExportMenu({ chart }: { readonly chart: ChartState }) {
  const save = (format: Format) => {
    content(chart, format)
      .then((blob) => saveFile(`${chart.topic.peek().id}.${format}`, blob))
      .catch((error: unknown) => {
        failure.value = error instanceof Error ? error.message : String(error);
      });
  };
  return (
    <Menu icon="desktop-download" label={t('chart.export', { chart: chart.topic.value.title })}>
      {(close) =>
        FORMATS.map((format) => (
          <MenuItem
            key={format}
            text={t(`export.${format}`)}
            on={() => {
              close();
              save(format);
            }}
          />
        ))
      }
    </Menu>
  );
}

async function content(chart: ChartState, format: Format): Promise<Blob> {
  switch (format) {
    case 'svg':
      return new Blob([svgOf(chart)], { type: 'image/svg+xml' });
    case 'png':
      return pngOf(chart);
    case 'csv':
      return new Blob([csvOf(await exactPoints(chart))], { type: 'text/csv' });
    case 'json':
      return new Blob([jsonOf(await exactPoints(chart))], { type: 'application/json' });
  }
}

/** What the canvas shows, written down. */
export function svgOf(chart: ChartState): string {
  const plot = chart.plot.peek();
  const pen = new SvgPen();
  const colors = palette();
  paint(pen, plot, chart.layout.peek(), colors);
  return pen.document(plot.width, plot.height, colors.background, chart.topic.peek().title);
}

function pngOf(chart: ChartState): Promise<Blob> {
  const plot = chart.plot.peek();
  const colors = palette();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [plot.width * PNG_SCALE, plot.height * PNG_SCALE];
  const pen = canvas.getContext('2d');
  if (!pen) return Promise.reject(new Error(t('export.noCanvas')));
  pen.scale(PNG_SCALE, PNG_SCALE);
  pen.fillStyle = colors.background;
  pen.fillRect(0, 0, plot.width, plot.height);
  paint(pen, plot, chart.layout.peek(), colors);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error(t('export.noCanvas')));
    });
  });
}

/** Every point in view, not only those that are drawn. */
const exactPoints = (chart: ChartState): Promise<RunPoints[]> =>
  fetchRanges(chart.lines.peek(), xWindow.peek(), ALL_POINTS);
