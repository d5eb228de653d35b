import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chromiumPath, launchBrowser } from '../../support/browser.ts';
import { Editor, whyNoEditor } from '../../support/editor.ts';
import { runInHost } from '../../support/inHost.ts';
import { temporaryFolder } from '../../support/processes.ts';

const experiment = (epochs: number, extra = ''): string => `dataset: { name: synthetic }
models: { default: { name: mlp } }
method: { name: dkel }
training: { epochs: ${epochs}, batchSize: 64${extra} }
checkpoints: { every: 20 }
`;

describe.skipIf(whyNoEditor() !== null)('inside the extension host', () => {
  it('everything that only the editor can tell holds', async () => {
    const folder = await temporaryFolder('in-host');
    writeFileSync(join(folder, 'short.distill.yaml'), experiment(2));
    writeFileSync(join(folder, 'long.distill.yaml'), experiment(5000));
    writeFileSync(join(folder, 'refused.distill.yaml'), experiment(2, ', seed: -1'));
    writeFileSync(
      join(folder, 'broken.distill.yaml'),
      experiment(2, ', epoch: 2').replace('epochs: 2, ', ''),
    );

    copyFileSync('examples/mnist-dkel.distill.yaml', join(folder, 'mnist-dkel.distill.yaml'));

    const editor = await Editor.start({ inHost: true });
    const browser = await launchBrowser(chromiumPath() ?? '');
    try {
      const { code, results, log } = await runInHost(
        browser,
        editor,
        folder,
        'test/e2e/editor/inHost/suite.ts',
      );
      expect(results.filter(({ passed }) => !passed)).toEqual([]);
      expect(results.length, log.slice(-20).join('\n')).toBeGreaterThan(6);
      expect(code).toBe(0);
      expect(editor.processes(/trainer\.js/u)).toEqual([]);
    } finally {
      await browser.close();
      await editor.stop();
    }
  });
});
