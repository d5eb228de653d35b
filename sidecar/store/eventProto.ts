/**
 * The protobuf messages of a TensorBoard event file, as far as we write or read them. Numbers are TensorBoard's;
 * `Value.exact` (1001) is ours and skipped by every other reader.
 *
 * API: encodeMessage, decodeMessage and the message shapes.
 */
import protobuf from 'protobufjs/light.js';

export interface EventMessage {
  wallTime: number;
  step?: number;
  fileVersion?: string;
  summary?: { value?: ValueMessage[] };
  sessionLog?: { status?: number; checkpointPath?: string };
  sourceMetadata?: { writer?: string };
}

export interface ValueMessage {
  tag?: string;
  simpleValue?: number;
  exact?: number;
  tensor?: TensorMessage;
  metadata?: MetadataMessage;
}

export interface MetadataMessage {
  pluginData?: { pluginName?: string; content?: Uint8Array };
  dataClass?: number;
}

export interface TensorMessage {
  dtype?: number;
  tensorShape?: { dim?: { size?: number }[] };
  tensorContent?: Uint8Array;
  doubleVal?: number[];
  stringVal?: Uint8Array[];
}

type Field = [type: string, id: number, rule?: 'repeated'];

function message(fields: Record<string, Field>): protobuf.IType {
  return {
    // Edition 2023 keeps an absent field and a zero apart.
    edition: '2023',
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, [type, id, rule]]) => [
        name,
        rule === undefined ? { type, id } : { type, id, rule },
      ]),
    ),
  };
}

const root = protobuf.Root.fromJSON({
  nested: {
    Event: message({
      wallTime: ['double', 1],
      step: ['int64', 2],
      fileVersion: ['string', 3],
      summary: ['Summary', 5],
      sessionLog: ['SessionLog', 7],
      sourceMetadata: ['SourceMetadata', 10],
    }),
    SourceMetadata: message({ writer: ['string', 1] }),
    SessionLog: message({ status: ['int32', 1], checkpointPath: ['string', 2] }),
    Summary: message({ value: ['Value', 1, 'repeated'] }),
    Value: message({
      tag: ['string', 1],
      simpleValue: ['float', 2],
      tensor: ['TensorProto', 8],
      metadata: ['SummaryMetadata', 9],
      exact: ['double', 1001],
    }),
    SummaryMetadata: message({
      pluginData: ['PluginData', 1],
      displayName: ['string', 2],
      summaryDescription: ['string', 3],
      dataClass: ['int32', 4],
    }),
    PluginData: message({ pluginName: ['string', 1], content: ['bytes', 2] }),
    TensorProto: message({
      dtype: ['int32', 1],
      tensorShape: ['TensorShape', 2],
      tensorContent: ['bytes', 4],
      doubleVal: ['double', 6, 'repeated'],
      stringVal: ['bytes', 8, 'repeated'],
    }),
    TensorShape: message({ dim: ['Dim', 2, 'repeated'] }),
    Dim: message({ size: ['int64', 1] }),
  },
});

const eventType = root.lookupType('Event');
const valueType = root.lookupType('Value');

export function encodeMessage(event: EventMessage): Uint8Array {
  return eventType.encode(event).finish();
}

type DecodedEvent = protobuf.Message & { summary?: { value: (protobuf.Message & ValueMessage)[] } | null };

/** Absent fields are absent in the result. @throws when the bytes are no Event. */
export function decodeMessage(payload: Uint8Array): EventMessage {
  const message: DecodedEvent = eventType.decode(payload);
  const values = message.summary?.value;
  // Scalars are by far the most and are taken as they were decoded; plain copies of everything would cost half the time.
  delete message.summary;
  const plain = eventType.toObject(message, { longs: Number });
  // protobufjs guarantees the types of the fields that are there; only wall_time may be missing, in foreign files.
  const event: EventMessage = { wallTime: 0, ...plain };
  if (values !== undefined) {
    event.summary = {
      value: values.map((value) => (Object.hasOwn(value, 'simpleValue') ? value : valueType.toObject(value))),
    };
  }
  return event;
}
