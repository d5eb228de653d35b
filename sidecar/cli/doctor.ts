import { totalmem } from 'node:os';
import { examine } from '../backends/doctor.ts';
import { missingData } from '../datasets/registry.ts';
import { EXIT, say, sayJson, table } from './output.ts';

/** What can compute here, and exactly why the rest cannot. */
export async function doctor(json: boolean): Promise<number> {
  const report = await examine();
  const mnist = missingData({ name: 'mnist' });
  if (json) {
    sayJson({ ...report, datasets: { mnist: mnist ?? 'installed' } });
    return report.choice === null ? EXIT.failed : EXIT.ok;
  }
  const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  say(
    `Node ${report.node}, ${report.platform}, ${report.processor}, ${report.cores} cores, ${gibibytes(totalmem())} memory`,
  );
  say(
    table([
      ['backend', 'usable', 'device or reason', 'version', 'probe'],
      ...report.backends.map((each) =>
        each.usable
          ? [each.name, 'yes', each.device, each.version, `${each.imagesPerSecond.toFixed(0)} images/s`]
          : [each.name, 'no', each.reason, '', ''],
      ),
    ]),
  );
  say(`auto takes: ${report.choice ?? 'none'}`);
  say(`MNIST: ${mnist ?? 'installed'}`);
  return report.choice === null ? EXIT.failed : EXIT.ok;
}
