import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { distillery, temporaryFolder } from '../support/processes.ts';

const broken = JSON.parse(readFileSync('test/fixtures/brokenExperiments.json', 'utf8')) as {
  name: string;
  text: string;
  code: string;
  line: number | null;
}[];

describe('bad input on the command line', () => {
  it('gives every broken experiment one located error, exit code 2, and starts nothing', async () => {
    const folder = await temporaryFolder('broken');
    const check = async ({ text, code, line }: (typeof broken)[number], index: number) => {
      const file = join(folder, `${index}.distill.yaml`);
      const runs = join(folder, `runs-${index}`);
      await writeFile(file, text);
      const ended = await distillery(['--runs', runs, 'run', file]);
      const errors = ended.stderr.split('\n').filter((each) => each.includes(' error '));
      expect(errors, ended.stderr).toHaveLength(1);
      expect(errors[0]).toContain(`error ${code}: `);
      expect(errors[0]).toContain(`${file}:${line ?? ''}`);
      expect(ended.code).toBe(2);
      expect(existsSync(runs)).toBe(false);
    };
    for (let from = 0; from < broken.length; from += 2)
      await Promise.all(broken.slice(from, from + 2).map((each, offset) => check(each, from + offset)));
    expect(broken.length).toBeGreaterThanOrEqual(30);
  });

  it('names the mistake and the next step for everything else', async () => {
    const folder = await temporaryFolder('usage');
    const cases: [string[], RegExp][] = [
      [['run', 'missing.distill.yaml'], /fileNotFound/u],
      [['run'], /missing required argument/u],
      [['rum', 'x'], /unknown command.*run/su],
      [['show', 'nothing'], /There is no run nothing/u],
      [['new', 'x.yaml'], /should end in \.distill\.yaml/u],
      [['prune', '--keep-last', 'many'], /whole number/u],
    ];
    const file = join(folder, 'a file');
    await writeFile(file, '');
    cases.push([
      ['--runs', file, 'run', 'examples/synthetic-dkel.distill.yaml'],
      /No run can be made in .*a file/u,
    ]);
    // Node's recursive mkdir never returns there.
    if (existsSync('/proc/self'))
      cases.push([
        ['--runs', '/proc/nope', 'run', 'examples/synthetic-dkel.distill.yaml'],
        /No run can be made in \/proc\/nope/u,
      ]);
    for (const [args, message] of cases) {
      const { code, stderr } = await distillery(['--runs', join(folder, 'runs'), ...args]);
      expect(stderr).toMatch(message);
      expect(code).toBe(2);
    }
  });

  it('validates with JSON findings for programs', async () => {
    const { code, stdout } = await distillery([
      'validate',
      'examples/mnist-dkel.distill.yaml',
      '--json',
      '--set',
      'method.ema.beta=0.9999',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'emaMemoryTooLong',
      severity: 'warning',
      path: 'method.ema.beta',
    });
  });
});
