import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** Who may import whom: the rooms of the house. A room may always import itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'sidecar/assets': [],
  'sidecar/random': [],
  'sidecar/schedules': [],
  'sidecar/protocol': [],
  'sidecar/store': ['sidecar/protocol'],
  // Tables as text, which the page makes too.
  'sidecar/config': ['sidecar/schedules', 'sidecar/protocol'],
  'sidecar/backends': ['sidecar/assets'],
  'sidecar/models': ['sidecar/backends', 'sidecar/random'],
  'sidecar/losses': ['sidecar/backends'],
  // Its cache and its list of added sets are files like others.
  'sidecar/datasets': ['sidecar/assets', 'sidecar/random', 'sidecar/store'],
  'sidecar/environments': ['sidecar/random'],
  'sidecar/methods': [
    'sidecar/models',
    'sidecar/losses',
    'sidecar/schedules',
    'sidecar/backends/ops',
    'sidecar/environments',
    'sidecar/random',
  ],
  'sidecar/analysis': ['sidecar/models', 'sidecar/random', 'sidecar/schedules'],
  'sidecar/trainer': [
    'sidecar/analysis',
    'sidecar/backends',
    'sidecar/config',
    'sidecar/datasets',
    'sidecar/environments',
    'sidecar/losses',
    'sidecar/methods',
    'sidecar/models',
    'sidecar/protocol',
    'sidecar/random',
    'sidecar/schedules',
    'sidecar/store',
  ],
  // A process of its own: tensors never come into the daemon.
  'sidecar/comparison': [
    'sidecar/analysis',
    'sidecar/backends',
    'sidecar/config',
    'sidecar/datasets',
    'sidecar/methods',
    'sidecar/models',
    'sidecar/protocol',
    'sidecar/random',
    'sidecar/store',
    'sidecar/trainer',
  ],
  'sidecar/launchers': ['sidecar/config', 'sidecar/store', 'sidecar/protocol'],
  // A daemon proves another's identity as a client does.
  'sidecar/daemon': [
    'sidecar/client',
    'sidecar/config',
    'sidecar/datasets',
    'sidecar/launchers',
    'sidecar/protocol',
    'sidecar/store',
  ],
  'sidecar/client': ['sidecar/protocol'],
  'sidecar/cli': ['sidecar'],
  'sidecar/cli.ts': ['sidecar'],
  webview: ['sidecar/protocol'],
  extension: ['sidecar/config', 'sidecar/client', 'sidecar/protocol'],
};

/** The one door upwards: what is tensor-free by name may be read where the schema is composed. */
const TENSOR_FREE = /(?:^|\/)(?:options|spec|declaration|.+\.options|.+\.spec)\.ts$/u;
const DOOR = /^sidecar\/(?:methods|models|datasets|environments|backends)\//u;
const TENSORS = /^@tensorflow\//u;
/** Rooms whose files must load without a tensor library. */
const WITHOUT_TENSORS =
  /^(?:sidecar\/(?:config|protocol|store|schedules|random|environments|launchers|daemon|client)|webview|extension)\//u;

interface Import {
  readonly from: string;
  readonly to: string;
}

function sources(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return /\.tsx?$/u.test(name) &&
      !/\.(?:test|proof)\.tsx?$/u.test(name) &&
      !/\/testing(?:\/|\.ts$)/u.test(path)
      ? [path]
      : [];
  });
}

/** Value imports alone count for tensors; type imports vanish. */
function importsOf(file: string): { target: string; typeOnly: boolean }[] {
  const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: { target: string; typeOnly: boolean }[] = [];
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    )
      found.push({
        target: node.moduleSpecifier.text,
        typeOnly: ts.isImportDeclaration(node)
          ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
          : node.isTypeOnly,
      });
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteral(argument)) found.push({ target: argument.text, typeOnly: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

const roomOf = (file: string): string =>
  Object.keys(MAY_IMPORT).find((room) => file === room || file.startsWith(`${room}/`)) ?? 'nowhere';

const files = [...sources('sidecar'), ...sources('webview'), ...sources('extension')];
const edges = files.flatMap((file) =>
  importsOf(file)
    .filter(({ target }) => target.startsWith('.') && !target.endsWith('.json'))
    .map(({ target, typeOnly }) => ({
      from: file,
      to: relative('.', join(dirname(file), target)),
      typeOnly,
    })),
);

describe('the rooms of the house', () => {
  it('contain every source file', () => {
    expect(files.filter((file) => roomOf(file) === 'nowhere')).toEqual([]);
    expect(files.length).toBeGreaterThan(80);
  });

  it('import only what they may', () => {
    const allowed = ({ from, to }: Import): boolean => {
      const room = roomOf(from);
      if (roomOf(to) === room) return true;
      if ((MAY_IMPORT[room] ?? []).some((other) => to.startsWith(`${other}/`) || to === other)) return true;
      // options.ts and *.spec.ts are composed by config, and know each other's types and schedules.
      return DOOR.test(to) && TENSOR_FREE.test(to) && (room === 'sidecar/config' || TENSOR_FREE.test(from));
    };
    expect(edges.filter((edge) => !allowed(edge)).map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('keep tensors out of what must load without them', () => {
    const direct = new Map(
      files.map((file) => [
        file,
        importsOf(file).some(({ target, typeOnly }) => !typeOnly && TENSORS.test(target)),
      ]),
    );
    const reaches = (file: string, seen = new Set<string>()): string | null => {
      if (seen.has(file)) return null;
      seen.add(file);
      if (direct.get(file)) return file;
      for (const edge of edges)
        if (edge.from === file && !edge.typeOnly) {
          const found = reaches(edge.to, seen);
          if (found !== null) return found;
        }
      return null;
    };
    const wrong = files
      .filter((file) => WITHOUT_TENSORS.test(file) || TENSOR_FREE.test(file))
      .flatMap((file) => {
        const found = reaches(file);
        return found === null ? [] : [`${file} loads tensors through ${found}`];
      });
    expect(wrong).toEqual([]);
  });

  it('keep node out of the protocol, the page and the language service, and vscode out of the sidecar and the service', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter(
          ({ target }) =>
            (target.startsWith('node:') &&
              /^(?:webview|sidecar\/protocol|extension\/language\/service)\//u.test(file)) ||
            (target === 'vscode' && !/^extension\/(?!language\/(?:service|server)\/)/u.test(file)),
        )
        .map(({ target }) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });
});
