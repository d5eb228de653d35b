import { useEffect, useRef } from 'preact/hooks';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import { steer } from '../link/steering.ts';
import { nameOf } from '../view/selection.ts';
import { t } from '../words/words.ts';

/** Name, tags and note of a run, as people write them. */
export function NotesEditor({ run, close }: { readonly run: RunSummary; readonly close: () => void }) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector('input')?.focus(), []);
  const save = async () => {
    const data = new FormData(form.current ?? undefined);
    const field = (name: string): string => {
      const value = data.get(name);
      return typeof value === 'string' ? value.trim() : '';
    };
    const name = field('name');
    const tags = field('tags')
      .split(/[,、]/u)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '');
    const changes = { name: name === '' ? null : name, tags: [...new Set(tags)], note: field('note') };
    if (await steer('runs/annotate', { run: run.record.id, changes })) close();
  };
  const { name, tags, note } = run.notes;
  return (
    <form
      ref={form}
      class="notes"
      aria-label={t('notes.label', { run: nameOf(run) })}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <label>
        {t('notes.name')}
        <input name="name" maxLength={200} defaultValue={name ?? ''} placeholder={run.record.id} />
      </label>
      <label>
        {t('notes.tags')}
        <input name="tags" defaultValue={tags.join(', ')} />
      </label>
      <label class="wide">
        {t('notes.note')}
        <textarea name="note" rows={2} defaultValue={note} />
      </label>
      <button type="submit" class="primary">
        {t('notes.save')}
      </button>
      <button type="button" onClick={close}>
        {t('notes.cancel')}
      </button>
    </form>
  );
}
