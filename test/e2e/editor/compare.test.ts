import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { whyNoEditor } from '../../support/editor.ts';
import { editorScene, type EditorScene } from '../../support/editorScene.ts';
import { distillery } from '../../support/processes.ts';
import { until } from '../../support/wait.ts';

const EXPERIMENT = `# the one
dataset: { name: synthetic }
models: { default: { name: mlp } }
method: { name: dkel, ensembleWeight: none }
training: { epochs: 2, batchSize: 64, seed: 1 }
`;
/** Written in another order, with other comments; three settings differ, and of these one cannot matter. */
const OTHER = `training: { seed: 1, batchSize: 32, epochs: 2 }
models: { default: { name: mlp } }
# the other
method: { name: dkel, ensembleWeight: none, decayRate: 0.25, temperature: 4 }
dataset: { name: synthetic }
`;

/** What we use of an element; the tests are compiled for Node, which has none. */
interface Row {
  querySelector(selector: string): { readonly textContent: string | null } | null;
}

/** Relative luminances of the background and of the colours of networks; in the page, which the tests are not compiled for. */
const LUMINANCES = `['--vscode-editor-background', '--vscode-charts-blue', '--distillery-orange', '--vscode-charts-green', '--distillery-teacher'].map((name) => {
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  document.body.style.outlineColor = 'var(' + name + ')';
  probe.fillStyle = getComputedStyle(document.body).outlineColor;
  document.body.style.outlineColor = '';
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b] = [...probe.getImageData(0, 0, 1, 1).data].map((each) => each / 255).map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
})`;

const fill = async ({ folder, runs }: EditorScene): Promise<void> => {
  const git = (...args: string[]): void => {
    execFileSync('git', ['-C', folder, '-c', 'user.name=x', '-c', 'user.email=x@y.z', ...args]);
  };
  writeFileSync(join(folder, 'one.distill.yaml'), EXPERIMENT.replace('epochs: 2', 'epochs: 3'));
  writeFileSync(join(folder, '.gitignore'), 'runs\n');
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'Three epochs');
  writeFileSync(join(folder, 'one.distill.yaml'), EXPERIMENT);
  writeFileSync(join(folder, 'other.distill.yaml'), OTHER);
  writeFileSync(join(folder, 'third.distill.yaml'), EXPERIMENT.replace('64', '16'));
  for (const name of ['one', 'other'])
    await distillery(['--runs', runs, 'run', join(folder, `${name}.distill.yaml`)], { CI: '' });
};

/** What differs, in the editor's own diff and as a tree. */
describe.skipIf(whyNoEditor() !== null)('comparing experiments in the editor', () => {
  const scene = editorScene('compare', fill, {
    settings: { 'git.enabled': true, 'workbench.colorTheme': 'Default Dark Modern' },
  });
  const rows = async (): Promise<string[]> =>
    scene.window.viewRows('Differences').evaluateAll((all: readonly Row[]) =>
      all.map((row) => {
        const part = (selector: string): string => row.querySelector(selector)?.textContent ?? '';
        const [label, description] = [part('.label-name'), part('.label-description')];
        return description === '' ? label : `${label}: ${description}`;
      }),
    );
  /** Ticks everything in the open list, and accepts. */
  const bothRuns = async (): Promise<void> => {
    const { page } = scene.window;
    await page.locator('.quick-input-list .monaco-list-row').nth(1).waitFor();
    await page.locator('.quick-input-widget').getByRole('checkbox').first().click();
    await page.locator('.quick-input-widget input.input').first().press('Enter');
  };
  const picture = async (name: string): Promise<void> => {
    mkdirSync('dist/test', { recursive: true });
    await scene.window.page.screenshot({ path: resolve('dist/test', `${name}.png`) });
  };
  /** Lines that the diff marks, of both sides. */
  const marked = (side: 'original' | 'modified') =>
    scene.window.page.locator(
      `.monaco-diff-editor .editor.${side} .char-${side === 'original' ? 'delete' : 'insert'}`,
    );

  it('shows two files as they would run, and exactly what differs', async () => {
    await scene.window.openFile('one.distill.yaml');
    await scene.window.command('Distillery: Compare Experiment With…');
    await scene.window.pick('other.distill.yaml');
    await scene.window.page.locator('.monaco-diff-editor').waitFor();
    await until(rows, (all) => all.length >= 4);
    expect(await rows()).toEqual([
      'method.temperature: 4 → 3 (default)',
      'training.batchSize: 32 → 64',
      'cannot matter',
      'method.decayRate: 0.25 → 0.5 (default)',
    ]);
    await marked('modified').first().waitFor();
    await picture('effective-diff');
  });

  it('shows a file as it was at another commit', async () => {
    await scene.window.openFile('one.distill.yaml');
    await scene.window.command('Distillery: Compare Experiment With…');
    await scene.window.pick('Three epochs');
    await until(rows, (all) => all.length === 1);
    expect(await rows()).toEqual(['training.epochs: 3 → 2']);
  });

  it('shows what two runs really ran, with their results beside it', async () => {
    await scene.window.command('Distillery: Compare Configs of Runs…');
    await bothRuns();
    await until(rows, (all) => all.some((row) => row.startsWith('best validation')));
    expect(await rows()).toContain('results');
    // The older run is the left one, however they were picked.
    expect(await rows()).toContain('training.batchSize: 64 → 32');
  });

  it('shows files that are selected together as a matrix', async () => {
    const { page } = scene.window;
    await scene.window.command('View: Show Explorer');
    const file = (name: string) => page.locator('.explorer-folders-view .monaco-list-row', { hasText: name });
    await file('one.distill.yaml').click();
    await file('other.distill.yaml').click({ modifiers: ['Control'] });
    await file('third.distill.yaml').click({ modifiers: ['Control'] });
    await file('third.distill.yaml').click({ button: 'right' });
    // A menu takes no click for a moment after it has opened.
    await page.getByRole('menuitem', { name: 'Compare Experiment With…' }).hover();
    await page.keyboard.press('Enter');
    await until(rows, (all) => all.some((row) => row.includes('|')));
    expect(await rows()).toContain('training.batchSize: 64 | 32 | 16');
  });

  it('explains why two runs differ', async () => {
    await scene.window.command('Distillery: Explain Difference of Two Runs…');
    await bothRuns();
    const preview = scene.window.page
      .locator('iframe.webview.ready[src*="markdown"]')
      .contentFrame()
      .locator('iframe#active-frame')
      .contentFrame();
    await preview.getByText('In what they differ').waitFor();
    await preview.getByText('training.batchSize').waitFor();
    await picture('explanation');
  });

  it('compares their checkpoints in the dashboard', async () => {
    const { dashboard } = scene.window;
    await scene.window.command('Distillery: Compare Checkpoints…');
    await bothRuns();
    // The best checkpoint of each is ticked, and its best role.
    for (const list of ['Compare which checkpoints?', 'Compare which roles?']) {
      const input = scene.window.page.locator('.quick-input-widget input.input').first();
      await scene.window.page.locator(`.quick-input-widget input[placeholder^="${list}"]`).waitFor();
      await input.press('Enter');
    }
    await dashboard.getByRole('tab', { name: 'Checkpoints', selected: true }).waitFor();
    await dashboard
      .getByText(/McNemar p/u)
      .first()
      .waitFor({ timeout: 60_000 });
    await picture('checkpoints');
    const luminances: number[] = await dashboard.locator('body').evaluate(LUMINANCES);
    const [background = 0, ...colours] = luminances;
    expect(colours).toHaveLength(4);
    // The least that WCAG asks of graphics; the theme's own orange is brown on dark.
    for (const colour of colours)
      expect((Math.max(colour, background) + 0.05) / (Math.min(colour, background) + 0.05)).toBeGreaterThan(
        3,
      );
  });
});
