import type { Episode, Shape } from '../../sidecar/protocol/exhibits.ts';

/** A frame of an episode as a drawing, in the theme's colours. */
export function Scene({ episode, frame }: { readonly episode: Episode; readonly frame: number }) {
  const shapes = [...episode.background, ...(episode.frames[frame]?.shapes ?? [])];
  return (
    <svg class="scene" viewBox={`0 0 1 ${episode.height}`} aria-hidden="true">
      {shapes.map((shape, index) => (
        <Drawn key={index} shape={shape} />
      ))}
    </svg>
  );
}

function Drawn({ shape }: { readonly shape: Shape }) {
  switch (shape.kind) {
    case 'line':
      return (
        <polyline
          class={`stroke ${shape.tone}`}
          points={shape.points.map(([x, y]) => `${x},${y}`).join(' ')}
          stroke-width={shape.width}
        />
      );
    case 'circle':
      return <circle class={`fill ${shape.tone}`} cx={shape.x} cy={shape.y} r={shape.radius} />;
    case 'rectangle':
      return (
        <rect
          class={`fill ${shape.tone}`}
          x={shape.x}
          y={shape.y}
          width={shape.width}
          height={shape.height}
        />
      );
  }
}
