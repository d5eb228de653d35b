import { SeriesChart } from './chart.tsx';
import { cursorStep } from './cursor.ts';
import { Header } from './header.tsx';
import { link, problems, runsFolder } from './link.ts';
import { RoleTable } from './roleTable.tsx';
import { runSeries, selectedRun } from './selection.ts';
import { topicsOf } from './topics.ts';

/** The dashboard of one run; never an empty frame. */
export function Page() {
  const state = link.value;
  if (state.kind === 'refused')
    return (
      <Notice title="The daemon refuses this page.">
        {state.message} {state.next}
      </Notice>
    );
  const run = selectedRun.value;
  if (!run)
    return state.kind === 'connected' ? (
      <Notice title="No run yet.">
        Start one: <code>distillery run examples/mnist-dkel.distill.yaml</code>. Runs are looked for in{' '}
        {runsFolder.value}.
      </Notice>
    ) : (
      <Notice title="Connecting to the daemon.">
        {state.kind === 'lost' ? `${state.reason}; trying again.` : 'One moment.'}
      </Notice>
    );
  const topics = topicsOf(runSeries.value.series, run.record.roles);
  return (
    <main class={state.kind === 'connected' ? '' : 'stale'} onMouseLeave={() => (cursorStep.value = null)}>
      <Header />
      {problems.value.length === 0 ? null : <p class="warning">{problems.value.at(-1)}</p>}
      {topics.length === 0 ? (
        <Notice title="Waiting for the first number.">
          The backend is being prepared and the data opened.
        </Notice>
      ) : (
        <div class="grid">
          <RoleTable />
          {topics.map((topic, index) => (
            <SeriesChart key={topic.id} topic={topic} height={index === 0 ? 260 : 200} />
          ))}
        </div>
      )}
    </main>
  );
}

function Notice({
  title,
  children,
}: {
  readonly title: string;
  readonly children: preact.ComponentChildren;
}) {
  return (
    <div class="notice">
      <h1>{title}</h1>
      <p>{children}</p>
    </div>
  );
}
