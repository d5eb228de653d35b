import { signal } from '@preact/signals';
import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { t } from '../words/words.ts';

export const isKeysOpen = signal(false);

/** All keys of the page. */
export function KeysDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useSignalEffect(() => {
    if (isKeysOpen.value) dialog.current?.showModal();
    else dialog.current?.close();
  });
  const close = () => {
    isKeysOpen.value = false;
  };
  const keys: readonly (readonly [string, string])[] = [
    ['?', t('keys.help')],
    ['[  ]', t('keys.charts')],
    ['←  →', t('keys.cursor')],
    ['Shift + ←  →', t('keys.cursorFar')],
    ['Home  End', t('keys.cursorEnds')],
    ['+  −  0', t('keys.zoom')],
    ['t', t('keys.table')],
    ['Esc', t('keys.back')],
  ];
  return (
    <dialog ref={dialog} aria-labelledby="keys-title" onClose={close}>
      <h1 id="keys-title">{t('keys.title')}</h1>
      <dl class="keys">
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p class="muted">{t('keys.pointer')}</p>
      <button type="button" class="primary" onClick={close}>
        {t('keys.close')}
      </button>
    </dialog>
  );
}
