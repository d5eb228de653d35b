import packageJson from '../../package.json' with { type: 'json' };
import { examine } from '../backends/doctor.ts';
import { dataFolder } from '../datasets/places.ts';
import { setStates } from '../datasets/states.ts';
import { downloadBytes } from '../datasets/downloads.ts';
import { doctorReportSchema, type DoctorReport } from '../protocol/doctorReport.ts';
import { formatVersion, PROTOCOL_VERSION } from '../protocol/version.ts';
import { EXIT, say, sayJson, table } from './output.ts';

/** What can compute here, and exactly why the rest cannot. @param quick leaves out how fast */
export async function doctor({ json, quick }: { json: boolean; quick: boolean }): Promise<number> {
  const { memory, ...examined } = await examine({ timed: !quick });
  const report: DoctorReport = doctorReportSchema.parse({
    version: 1,
    ...examined,
    memoryBytes: memory,
    datasets: {
      ...Object.fromEntries(
        setStates(dataFolder()).map(({ name, title, path, bytes, problem }) => [
          name,
          {
            available: problem === null,
            detail: problem ?? path ?? '',
            title,
            bytes,
            downloadBytes: downloadBytes(name),
          },
        ]),
      ),
      synthetic: {
        available: true,
        detail: 'drawn from the seed',
        title: 'Synthetic',
        bytes: 0,
        downloadBytes: null,
      },
    },
    versions: {
      distillery: packageJson.version,
      protocol: formatVersion(PROTOCOL_VERSION),
      tensorflowjs: packageJson.dependencies['@tensorflow/tfjs-core'],
    },
  } satisfies DoctorReport);
  if (json) sayJson(report);
  else show(report);
  return report.choice === null ? EXIT.failed : EXIT.ok;
}

function show(report: DoctorReport): void {
  const memory = `${(report.memoryBytes.total / 2 ** 30).toFixed(1)} GiB`;
  const { node, platform, processor, cores } = report;
  say(`Node ${node}, ${platform}, ${processor}, ${cores} cores, ${memory} memory`);
  say(
    table([
      ['backend', 'usable', 'device or reason', 'version', 'probe', 'from'],
      ...report.backends.map((each) =>
        each.usable
          ? [
              each.name,
              'yes',
              each.device,
              each.version,
              each.imagesPerSecond === null ? '' : `${each.imagesPerSecond.toFixed(0)} images/s`,
              each.location ?? 'built in',
            ]
          : [each.name, 'no', each.reason],
      ),
    ]),
  );
  say(`auto takes: ${report.choice ?? 'none'}`);
  for (const [name, { available, detail }] of Object.entries(report.datasets))
    say(`${name}: ${available ? 'available, ' : ''}${detail}`);
}
