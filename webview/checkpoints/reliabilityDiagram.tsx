import type { ComparedSubject } from '../../sidecar/protocol/comparison.ts';
import { formatCount, formatPercent } from '../words/numbers.ts';

const [SIZE, STRIP, GAP, LEFT, RIGHT, BELOW] = [150, 22, 4, 26, 20, 15];
const TICKS = [0, 0.5, 1];

/**
 * Accuracy by confidence as bars against the diagonal, a dot at each bin's mean confidence; below, how many samples each bin
 * has. Hovering a bin names its numbers, which the table has too.
 */
export function ReliabilityDiagram({
  bins,
  color,
  label,
}: {
  readonly bins: ComparedSubject['reliability'];
  readonly color: string;
  readonly label: string;
}) {
  const width = SIZE / bins.length;
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const y = (share: number): number => SIZE - SIZE * share;
  const height = SIZE + GAP + STRIP + BELOW;
  return (
    <svg
      class="reliabilityDiagram"
      role="img"
      aria-label={label}
      width={LEFT + SIZE + RIGHT}
      height={height + 6}
      viewBox={`${-LEFT} -6 ${LEFT + SIZE + RIGHT} ${height + 6}`}
    >
      <rect class="frame" x={0} y={0} width={SIZE} height={SIZE} />
      {TICKS.map((tick) => (
        <text key={`y${tick}`} x={-4} y={y(tick) + 4} text-anchor="end">
          {100 * tick}
        </text>
      ))}
      {TICKS.map((tick) => (
        <text key={`x${tick}`} x={SIZE * tick} y={height - 2} text-anchor="middle">
          {tick === 1 ? '100 %' : 100 * tick}
        </text>
      ))}
      {bins.map(({ count, confidence, accuracy }, bin) => {
        if (accuracy === null || confidence === null) return null;
        const deep = STRIP * Math.sqrt(count / most);
        return (
          <g key={bin}>
            <title>{`${formatPercent(100 * confidence)} → ${formatPercent(100 * accuracy)}, n = ${formatCount(count)}`}</title>
            <rect
              class="bar"
              x={bin * width + 0.5}
              y={y(accuracy)}
              width={width - 1}
              height={SIZE * accuracy}
              fill={color}
            />
            <rect
              class="count"
              x={bin * width + 0.5}
              y={SIZE + GAP}
              width={width - 1}
              height={Math.max(1, deep)}
            />
            <circle cx={SIZE * confidence} cy={y(accuracy)} r={2} fill={color} />
          </g>
        );
      })}
      <line class="diagonal" x1={0} y1={SIZE} x2={SIZE} y2={0} />
    </svg>
  );
}
