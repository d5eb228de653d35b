import { host } from '../host.ts';
import { t } from '../words/words.ts';

const FILES = ['experiment', 'resolved', 'log', 'folder'] as const;

/** To the run's files; only the editor can open them. */
export function Links({ run }: { readonly run: string }) {
  if (host === null) return null;
  const editor = host;
  return (
    <span class="links">
      {FILES.map((what) => (
        <button
          key={what}
          type="button"
          class="link"
          onClick={() => {
            editor.send({ kind: 'open', run, what });
          }}
        >
          {t(`open.${what}`)}
        </button>
      ))}
    </span>
  );
}
