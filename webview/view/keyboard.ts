import { chartKey } from '../charts/keys.ts';
import { isKeysOpen } from './keysDialog.tsx';

/** Answers to the page's keys, wherever nobody types; called once. */
export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isKeysOpen.value || isTyping(event.target)) return;
    const isOurs = event.key === '?' ? openKeys() : chartKey(event);
    if (isOurs) event.preventDefault();
  });
}

function openKeys(): boolean {
  isKeysOpen.value = true;
  return true;
}

/** Where keys have a meaning of their own. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest('input:not([type=checkbox]), textarea, select, dialog') !== null;
