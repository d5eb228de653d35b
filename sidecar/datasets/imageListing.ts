/** Which images there are, before any is opened. Paths are relative to `folder`, with `/`. */
export interface ImageListing {
  readonly folder: string;
  /** In order of their index. */
  readonly classNames: readonly string[];
  readonly train: ListedImages;
  readonly test: ListedImages;
}

export interface ListedImages {
  readonly files: readonly string[];
  /** Class of each file. */
  readonly labels: Int32Array;
}

export const IMAGE_FILE = /^[^.].*\.(?:jpe?g|png)$/iu;

/** Images with the names of their classes, in the order of the classes and then of their paths. */
export function listed(
  images: readonly { readonly file: string; readonly label: string }[],
  classNames: readonly string[],
): ListedImages {
  const indices = new Map(classNames.map((name, index) => [name, index]));
  const sorted = images
    .map(({ file, label }) => ({ file, label: indices.get(label) ?? 0 }))
    .sort((a, b) => a.label - b.label || (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
  return { files: sorted.map(({ file }) => file), labels: Int32Array.from(sorted, ({ label }) => label) };
}
