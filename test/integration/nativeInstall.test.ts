import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isAlive } from '../../sidecar/daemon/testing/workbench.ts';
import { CLI, startNode, temporaryFolder } from '../support/processes.ts';

/** A folder with an npm of our own, first on the PATH. */
async function withNpm(script: string): Promise<{ root: string; env: NodeJS.ProcessEnv }> {
  const root = await temporaryFolder('npm');
  const npm = join(root, 'npm');
  writeFileSync(npm, `#!/bin/sh\n${script}\n`);
  chmodSync(npm, 0o755);
  return { root, env: { PATH: `${root}:${process.env['PATH'] ?? ''}` } };
}

const eventsOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; text?: string; ok?: boolean; lines?: string[] });

describe.skipIf(process.platform === 'win32')('distillery native install', () => {
  it('tells what happens line by line, and at last how it ended', async () => {
    const { root, env } = await withNpm(
      'echo fetching; mkdir -p node_modules/webgpu; cd node_modules/webgpu; ' +
        `echo '{ "name": "webgpu", "main": "index.js" }' > package.json; : > index.js`,
    );
    const into = join(root, 'deep', 'native');
    const args = [CLI, 'native', 'install', 'webgpu', '--into', into, '--json'];
    const { code, stdout, stderr } = await startNode(args, env).finished;
    expect(code, stderr).toBe(0);
    const events = eventsOf(stdout);
    expect(events.map(({ text }) => text)).toContain('fetching');
    expect(events.at(-1)).toMatchObject({ event: 'end', ok: true });
    expect(existsSync(join(into, 'node_modules', 'webgpu', 'index.js'))).toBe(true);
  });

  it('ends by SIGTERM with all that npm started, and leaves nothing', async () => {
    const { root, env } = await withNpm('sleep 600 & echo "pid $!"; wait');
    const into = join(root, 'native');
    const args = [CLI, 'native', 'install', 'tfjs-node', '--into', into, '--json'];
    const { child, finished } = startNode(args, env);
    let heard = '';
    child.stdout?.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    while (!heard.includes('pid ')) await pause(20);
    child.kill('SIGTERM');
    const { code, stdout } = await finished;
    expect(code).toBe(3);
    expect(eventsOf(stdout).at(-1)).toMatchObject({ event: 'end', ok: false });
    const pid = Number(/pid (\d+)/u.exec(stdout)?.[1]);
    await expect.poll(() => isAlive(pid)).toBe(false);
    expect(readdirSync(root)).toEqual(['npm']);
  });

  it('knows what it can install', async () => {
    const { code, stderr } = await startNode([CLI, 'native', 'install', 'cuda', '--into', 'x']).finished;
    expect(code).toBe(2);
    expect(stderr).toContain('tfjs-node-gpu, tfjs-node, webgpu');
  });
});
