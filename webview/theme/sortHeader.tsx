export type Sorting = 'ascending' | 'descending' | 'none';

/** The head of a column by which a table can be sorted. */
export function SortHeader({
  title,
  sorting,
  isNumber = false,
  label,
  on,
}: {
  readonly title: string;
  readonly sorting: Sorting;
  readonly isNumber?: boolean;
  /** What is read out, where the title says too little. */
  readonly label?: string;
  readonly on: () => void;
}) {
  return (
    <th scope="col" class={isNumber ? 'number' : ''} aria-sort={sorting}>
      <button type="button" class="plain" aria-label={label} onClick={on}>
        {title}
        {sorting === 'none' ? null : (
          <span
            class={`codicon codicon-arrow-${sorting === 'descending' ? 'down' : 'up'}`}
            aria-hidden="true"
          />
        )}
      </button>
    </th>
  );
}
