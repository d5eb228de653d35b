import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import manifestJson from '../package.json' with { type: 'json' };
import english from '../package.nls.json' with { type: 'json' };
import japanese from '../package.nls.ja.json' with { type: 'json' };
import bundle from '../l10n/bundle.l10n.ja.json' with { type: 'json' };

/** What this test reads of the manifest. */
const named = z.looseObject({ command: z.string() });
const manifest = z
  .looseObject({
    contributes: z.looseObject({
      commands: z.array(
        named.extend({ title: z.string(), category: z.string(), icon: z.string().optional() }),
      ),
      menus: z.record(z.string(), z.array(named.extend({ when: z.string().optional() }))),
      keybindings: z.array(named),
      views: z.record(z.string(), z.array(z.looseObject({ id: z.string() }))),
      viewsWelcome: z.array(z.looseObject({ view: z.string(), contents: z.string() })),
      configuration: z.looseObject({
        properties: z.record(z.string(), z.looseObject({ scope: z.string() })),
      }),
      walkthroughs: z.array(
        z.looseObject({
          steps: z.array(
            z.looseObject({
              media: z.looseObject({ svg: z.string() }),
              completionEvents: z.array(z.string()),
            }),
          ),
        }),
      ),
    }),
    capabilities: z.looseObject({
      untrustedWorkspaces: z.looseObject({ restrictedConfigurations: z.array(z.string()) }),
    }),
  })
  .parse(manifestJson);
const { commands, menus, keybindings, views, viewsWelcome, configuration, walkthroughs } =
  manifest.contributes;
const manifestText = readFileSync('package.json', 'utf8');
const strings = (key: string): string => (english as Record<string, string>)[key] ?? '';

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

const trees = sources('extension').map((path) =>
  ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true),
);

/** Every node of the extension's sources. */
function* nodes(): Generator<ts.Node> {
  const stack: ts.Node[] = [...trees];
  for (let node = stack.pop(); node; node = stack.pop()) {
    yield node;
    ts.forEachChild(node, (child) => {
      stack.push(child);
    });
  }
}

/** Keys of the object that a constant is made with. */
function keysOf(constant: string): string[] {
  for (const node of nodes()) {
    if (!ts.isVariableDeclaration(node) || node.name.getText() !== constant) continue;
    let value = node.initializer;
    while (value && (ts.isSatisfiesExpression(value) || ts.isAsExpression(value))) value = value.expression;
    if (value && ts.isObjectLiteralExpression(value))
      return value.properties.map((property) => property.name?.getText() ?? '');
  }
  throw new Error(`The extension has no constant ${constant}.`);
}

const placeholders = (text: string): string[] => [...new Set(text.match(/\{\d+\}/gu))].sort();

describe('the manifest', () => {
  it('lists exactly the commands that are registered, all in one category', () => {
    const listed = commands.map(({ command }) => command);
    expect([...listed].sort()).toEqual(
      keysOf('COMMANDS')
        .map((name) => `distillery.${name}`)
        .sort(),
    );
    expect(new Set(commands.map(({ category }) => category))).toEqual(new Set(['Distillery']));
  });

  it('offers in menus, keys, welcome texts and the walkthrough only commands that exist', () => {
    const known = new Set(commands.map(({ command }) => command));
    const used = [...Object.values(menus).flat(), ...keybindings].map(({ command }) => command);
    const linked = [
      ...Object.values(english)
        .join('\n')
        .matchAll(/command:(?<name>distillery\.\w+)/gu),
    ].map((match) => match.groups?.['name'] ?? '');
    const completing = walkthroughs.flatMap(({ steps }) =>
      steps.flatMap(({ completionEvents }) =>
        completionEvents.map((event) => event.replace('onCommand:', '')),
      ),
    );
    expect([...used, ...linked, ...completing].filter((command) => !known.has(command))).toEqual([]);
  });

  it('gives every inline action an icon', () => {
    const inline = Object.values(menus)
      .flat()
      .filter((item) => /^(?:inline|navigation)/u.test(String(item['group'])));
    const iconless = inline.filter(
      ({ command }) => commands.find((each) => each.command === command)?.icon === undefined,
    );
    expect(iconless.map(({ command }) => command)).toEqual([]);
  });

  it('reads only context keys that the extension sets, and sets none that nothing reads', () => {
    const settings = new Set(Object.keys(configuration.properties));
    const ids = new Set([
      ...commands.map(({ command }) => command),
      ...Object.values(views).flatMap((list) => list.map(({ id }) => id)),
    ]);
    const read = [...manifestText.matchAll(/(?<![\w/:])distillery\.\w+/gu)]
      .map(([key]) => key)
      .filter((key) => !settings.has(key) && !ids.has(key));
    const declared: string[] = [];
    const set: string[] = [];
    for (const node of nodes()) {
      if (ts.isInterfaceDeclaration(node) && node.name.text === 'ContextKeys')
        declared.push(...node.members.map((member) => member.name?.getText().slice(1, -1) ?? ''));
      if (ts.isCallExpression(node) && node.expression.getText() === 'setContext') {
        const [key] = node.arguments;
        if (key && ts.isStringLiteral(key)) set.push(key.text);
      }
    }
    expect(new Set(read)).toEqual(new Set(declared));
    expect(new Set(set)).toEqual(new Set(declared));
  });

  it('has welcome content with an action for every view', () => {
    const ids = Object.values(views).flatMap((list) => list.map(({ id }) => id));
    expect(new Set(viewsWelcome.map(({ view }) => view))).toEqual(new Set(ids));
    for (const { contents } of viewsWelcome) expect(strings(contents.slice(1, -1))).toMatch(/\]\(command:/u);
  });

  it('has every string in English and Japanese, and none too many', () => {
    const used = new Set(
      [...manifestText.matchAll(/"%(?<key>[\w.]+)%"/gu)].map((match) => match.groups?.['key']),
    );
    expect(new Set(Object.keys(english))).toEqual(used);
    expect(Object.keys(japanese).sort()).toEqual(Object.keys(english).sort());
  });

  it('reads every setting that it declares, and takes what leads to execution only from trusted workspaces', () => {
    const members: string[] = [];
    for (const node of nodes())
      if (ts.isInterfaceDeclaration(node) && node.name.text === 'Settings')
        members.push(...node.members.map((member) => `distillery.${member.name?.getText() ?? ''}`));
    expect(members.sort()).toEqual(Object.keys(configuration.properties).sort());
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual(
      expect.arrayContaining(['distillery.nodePath', 'distillery.runsFolder', 'distillery.backend']),
    );
  });

  it('names pictures that exist', () => {
    const pictures = walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg));
    expect(pictures.filter((path) => !existsSync(path))).toEqual([]);
    expect(walkthroughs[0]?.steps.length).toBeLessThanOrEqual(6);
  });
});

describe('the texts of the extension', () => {
  const texts: string[] = [];
  const dynamic: string[] = [];
  for (const node of nodes())
    if (ts.isCallExpression(node) && node.expression.getText() === 'l10n.t') {
      const [text] = node.arguments;
      if (text && ts.isStringLiteralLike(text)) texts.push(text.text);
      else dynamic.push(node.getText());
    }

  it('are literals, so that they can be found', () => {
    expect(dynamic).toEqual([]);
    expect(texts.length).toBeGreaterThan(100);
  });

  it('are all in the Japanese bundle, with the same placeholders, and none too many', () => {
    const translated = bundle as Record<string, string>;
    expect([...new Set(texts)].sort()).toEqual(Object.keys(translated).sort());
    for (const text of texts) expect(placeholders(translated[text] ?? '')).toEqual(placeholders(text));
  });
});
