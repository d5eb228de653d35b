import { isRecord } from '../../../sidecar/config/records.ts';
import { parseTree } from '../../../sidecar/config/yamlTree.ts';

/** The data of a text as far as the parser gets; whole when nothing is wrong with its syntax. */
export function readable(text: string): {
  readonly data: Record<string, unknown>;
  readonly isWhole: boolean;
} {
  const { document, problems } = parseTree(text);
  try {
    const data: unknown = document.toJS({ maxAliasCount: 100 });
    // Throws where an anchor contains itself.
    JSON.stringify(data);
    return { data: isRecord(data) ? data : {}, isWhole: isRecord(data) && problems.length === 0 };
  } catch {
    // Aliases that lead nowhere: the checker tells of them.
    return { data: {}, isWhole: false };
  }
}
