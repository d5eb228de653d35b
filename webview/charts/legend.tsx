import { useId } from 'preact/hooks';
import { styleOf, type LineStyle } from '../theme/theme.ts';
import type { ChartState } from './chartState.ts';
import { measuredAt } from './curves.ts';
import { cursor } from './cursor.ts';
import { lineKey, type Line } from './line.ts';

/** The read-out is a row below the chart, not a balloon hiding the data: newest values, or those at the cursor. */
export function Legend({ chart }: { readonly chart: ChartState }) {
  return (
    <ul class="legend">
      {chart.lines.value.map((line) => (
        <LegendEntry key={lineKey(line)} chart={chart} line={line} />
      ))}
    </ul>
  );
}

/** Name and value of a line; pressing it takes the line away and brings it back. */
function LegendEntry({ chart, line }: { readonly chart: ChartState; readonly line: Line }) {
  const id = useId();
  const key = lineKey(line);
  const isHidden = chart.hidden.value.has(key);
  const toggle = () => {
    const hidden = new Set(chart.hidden.peek());
    if (!hidden.delete(key)) hidden.add(key);
    chart.hidden.value = hidden;
  };
  return (
    <li class="tipped">
      <button
        type="button"
        class="plain"
        aria-pressed={!isHidden}
        aria-describedby={line.explanation === '' ? undefined : id}
        onClick={toggle}
      >
        <Swatch style={styleOf(line)} />
        {line.label} <LegendValue chart={chart} line={line} />
      </button>
      {line.explanation === '' ? null : (
        <span class="tip" role="tooltip" id={id}>
          {line.explanation}
        </span>
      )}
    </li>
  );
}

function LegendValue({ chart, line }: { readonly chart: ChartState; readonly line: Line }) {
  const curve = chart.curves.value.find((own) => own.line === line);
  if (!curve) return null;
  const value = measuredAt(curve, cursor.value);
  const isOdd = value !== undefined && !Number.isFinite(value);
  return <span class={isOdd ? 'value error' : 'value'}>{chart.format(line.axis, value)}</span>;
}

/** A piece of the line: hue and dash. */
export function Swatch({ style }: { readonly style: LineStyle }) {
  return (
    <svg class="swatch" width="20" height="8" aria-hidden="true">
      <line
        x1="1"
        y1="4"
        x2="19"
        y2="4"
        stroke={style.color}
        stroke-width="2"
        stroke-dasharray={style.dash.join(' ')}
      />
    </svg>
  );
}
