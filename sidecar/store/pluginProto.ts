/**
 * What two of TensorBoard's tabs read: hyper-parameters, and the layout of custom scalars.
 *
 * API: encodeSessionInfo, encodeSessionEnd, encodeLayout.
 */
import protobuf from 'protobufjs/light.js';

export type HParam = string | number | boolean;

export interface SessionInfo {
  hparams: Record<string, HParam>;
  /** Runs of one group (the seeds of a setting) are averaged in the table. */
  group: string;
  /** Seconds since 1970. */
  startTime: number;
}

/** Titled groups of charts; a chart draws all tags that match one of the regular expressions. */
export type Layout = { title: string; charts: { title: string; tags: string[] }[] }[];

const SESSION_STATUS = { success: 1, failure: 2, running: 3 } as const;
export type SessionStatus = keyof typeof SESSION_STATUS;

const root = protobuf.Root.fromJSON({
  nested: {
    HParamsPluginData: {
      fields: {
        version: { type: 'int32', id: 1 },
        sessionStartInfo: { type: 'SessionStartInfo', id: 3 },
        sessionEndInfo: { type: 'SessionEndInfo', id: 4 },
      },
    },
    SessionStartInfo: {
      fields: {
        hparams: { rule: 'repeated', type: 'HParamEntry', id: 1 },
        groupName: { type: 'string', id: 4 },
        startTimeSecs: { type: 'double', id: 5 },
      },
    },
    SessionEndInfo: {
      fields: { status: { type: 'int32', id: 1 }, endTimeSecs: { type: 'double', id: 2 } },
    },
    // A protobuf map is a repeated pair on the wire.
    HParamEntry: { fields: { key: { type: 'string', id: 1 }, value: { type: 'HParamValue', id: 2 } } },
    HParamValue: {
      oneofs: { kind: { oneof: ['numberValue', 'stringValue', 'boolValue'] } },
      fields: {
        numberValue: { type: 'double', id: 2 },
        stringValue: { type: 'string', id: 3 },
        boolValue: { type: 'bool', id: 4 },
      },
    },
    Layout: {
      fields: { version: { type: 'int32', id: 1 }, category: { rule: 'repeated', type: 'Category', id: 2 } },
    },
    Category: {
      fields: { title: { type: 'string', id: 1 }, chart: { rule: 'repeated', type: 'Chart', id: 2 } },
    },
    Chart: { fields: { title: { type: 'string', id: 1 }, multiline: { type: 'Multiline', id: 2 } } },
    Multiline: { fields: { tag: { rule: 'repeated', type: 'string', id: 1 } } },
  },
});

const hparamsType = root.lookupType('HParamsPluginData');
const layoutType = root.lookupType('Layout');

function encodeHParam(value: HParam): Record<string, HParam> {
  if (typeof value === 'number') return { numberValue: value };
  return typeof value === 'string' ? { stringValue: value } : { boolValue: value };
}

export function encodeSessionInfo({ hparams, group, startTime }: SessionInfo): Uint8Array {
  const encoded = Object.entries(hparams).map(([key, value]) => ({ key, value: encodeHParam(value) }));
  const sessionStartInfo = { hparams: encoded, groupName: group, startTimeSecs: startTime };
  return hparamsType.encode({ version: 0, sessionStartInfo }).finish();
}

export function encodeSessionEnd(status: SessionStatus, endTime: number): Uint8Array {
  const sessionEndInfo = { status: SESSION_STATUS[status], endTimeSecs: endTime };
  return hparamsType.encode({ version: 0, sessionEndInfo }).finish();
}

export function encodeLayout(layout: Layout): Uint8Array {
  const category = layout.map(({ title, charts }) => ({
    title,
    chart: charts.map((chart) => ({ title: chart.title, multiline: { tag: chart.tags } })),
  }));
  return layoutType.encode({ version: 0, category }).finish();
}
