import { tabSchema, type Tab } from '../../sidecar/protocol/pageMessages.ts';
import { t } from '../words/words.ts';
import { tab } from './selection.ts';
import { look } from './viewState.ts';

const TABS = tabSchema.options;

/** What of the experiments is looked at. Arrow keys go from tab to tab. */
export function Tabs() {
  const titles: Readonly<Record<Tab, string>> = {
    run: t('tab.run'),
    compare: t('tab.compare'),
    checkpoints: t('tab.checkpoints'),
    runs: t('tab.runs'),
  };
  const move = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = TABS[(TABS.indexOf(tab.value) + by + TABS.length) % TABS.length];
    if (!next) return;
    look({ tab: next });
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={t('tab.label')} onKeyDown={move}>
      {TABS.map((name) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          role="tab"
          aria-selected={tab.value === name}
          aria-controls="panel"
          tabIndex={tab.value === name ? 0 : -1}
          onClick={() => {
            look({ tab: name });
          }}
        >
          {titles[name]}
        </button>
      ))}
    </div>
  );
}
