/** Whatever has to be let go of; not only what VS Code's own class made. */
export interface Releasable {
  dispose(): unknown;
}

export function releaseAll(all: readonly Releasable[]): void {
  for (const each of all) each.dispose();
}
