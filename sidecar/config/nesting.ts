/**
 * How deep a YAML text is nested, at most: by brackets, by indentation and by indicators such as `- - -`. Brackets in
 * quotes and comments count too, so this may be too large and is never too small.
 */
export function nestingOf(text: string): number {
  let brackets = 0;
  let deepest = 0;
  const indents: number[] = [];
  for (const line of text.split('\n')) {
    const lead = /^(?<space>\s*)(?<indicators>(?:[-?:]\s+)*)/u.exec(line)?.groups;
    const column = lead?.['space']?.length ?? 0;
    if (line.trim() !== '') {
      while ((indents.at(-1) ?? -1) >= column) indents.pop();
      indents.push(column);
    }
    const indicators = lead?.['indicators']?.match(/[-?:]/gu)?.length ?? 0;
    deepest = Math.max(deepest, indents.length + indicators + brackets);
    for (const character of line)
      if (character === '[' || character === '{') deepest = Math.max(deepest, indents.length + ++brackets);
      else if (character === ']' || character === '}') brackets = Math.max(0, brackets - 1);
  }
  return deepest;
}
