/**
 * One record of an event file: a step's values, a mark of the session, or the file's own version.
 *
 * API: EventRecord, SummaryValue, encodeEvent, decodeEvent.
 */
import {
  decodeMessage,
  encodeMessage,
  type EventMessage,
  type MetadataMessage,
  type TensorMessage,
  type ValueMessage,
} from './eventProto.ts';

export const FILE_VERSION = 'brain.Event:2';

/** TensorFlow's numbers, as far as they are used. */
const DTYPE_FLOAT = 1;
const DTYPE_DOUBLE = 2;
const DTYPE_STRING = 7;
const CLASS_TENSOR = 2;
const CLASS_BLOB_SEQUENCE = 3;
const SESSION_STATUS = { start: 1, stop: 2, checkpoint: 3 } as const;

export interface HistogramBucket {
  left: number;
  right: number;
  count: number;
}

export type SummaryValue =
  | { kind: 'scalar'; tag: string; value: number }
  | { kind: 'histogram'; tag: string; buckets: HistogramBucket[] }
  /** Markdown. */
  | { kind: 'text'; tag: string; text: string }
  /** PNG or JPEG bytes, all of one size in pixels. */
  | { kind: 'images'; tag: string; width: number; height: number; images: Uint8Array[] }
  /** What a plug-in of TensorBoard keeps in its metadata (hparams) or its tensor (custom_scalars). */
  | { kind: 'plugin'; tag: string; plugin: string; content: Uint8Array };

export type EventBody =
  | { kind: 'file'; version: string; writer: string | null }
  | { kind: 'values'; values: SummaryValue[] }
  /** Every earlier record with a step ≥ this one's is void. */
  | { kind: 'start' }
  | { kind: 'stop' }
  | { kind: 'checkpoint'; path: string };

/** `wallTime` in seconds since 1970. */
export interface EventRecord {
  wallTime: number;
  step: number;
  body: EventBody;
}

const utf8 = new TextEncoder();

function metadata(pluginName: string, dataClass: number, content?: Uint8Array): MetadataMessage {
  return { pluginData: content === undefined ? { pluginName } : { pluginName, content }, dataClass };
}

function strings(values: Uint8Array[]): TensorMessage {
  return { dtype: DTYPE_STRING, tensorShape: { dim: [{ size: values.length }] }, stringVal: values };
}

function encodeValue(value: SummaryValue): ValueMessage {
  const { tag } = value;
  switch (value.kind) {
    case 'scalar':
      // The float is for others; a double tensor would be invisible to TensorBoard's default server.
      return { tag, simpleValue: value.value, exact: value.value };
    case 'histogram': {
      const rows = value.buckets.flatMap(({ left, right, count }) => [left, right, count]);
      return {
        tag,
        metadata: metadata('histograms', CLASS_TENSOR),
        tensor: {
          dtype: DTYPE_DOUBLE,
          tensorShape: { dim: [{ size: value.buckets.length }, { size: 3 }] },
          tensorContent: new Uint8Array(Float64Array.from(rows).buffer),
        },
      };
    }
    case 'text':
      return { tag, metadata: metadata('text', CLASS_TENSOR), tensor: strings([utf8.encode(value.text)]) };
    case 'images': {
      const size = [value.width, value.height].map((pixels) => utf8.encode(String(pixels)));
      return {
        tag,
        metadata: metadata('images', CLASS_BLOB_SEQUENCE),
        tensor: strings([...size, ...value.images]),
      };
    }
    case 'plugin':
      return value.plugin === 'hparams'
        ? {
            tag,
            metadata: metadata(value.plugin, CLASS_TENSOR, value.content),
            tensor: { dtype: DTYPE_FLOAT, tensorShape: { dim: [{ size: 0 }] } },
          }
        : {
            tag,
            metadata: metadata(value.plugin, CLASS_TENSOR),
            tensor: { dtype: DTYPE_STRING, tensorShape: {}, stringVal: [value.content] },
          };
  }
}

/** The payload of one record. */
export function encodeEvent({ wallTime, step, body }: EventRecord): Uint8Array {
  const event: EventMessage = { wallTime, step };
  switch (body.kind) {
    case 'file':
      event.fileVersion = body.version;
      if (body.writer !== null) event.sourceMetadata = { writer: body.writer };
      break;
    case 'values':
      event.summary = { value: body.values.map(encodeValue) };
      break;
    case 'start':
    case 'stop':
      event.sessionLog = { status: SESSION_STATUS[body.kind] };
      break;
    case 'checkpoint':
      event.sessionLog = { status: SESSION_STATUS.checkpoint, checkpointPath: body.path };
      break;
  }
  return encodeMessage(event);
}

const text = new TextDecoder();

/** Rows of (left, right, count); the bytes lie unaligned in the file, hence the copy. */
function decodeBuckets(content: Uint8Array): HistogramBucket[] {
  const rows = new Float64Array(Uint8Array.from(content).buffer, 0, Math.floor(content.length / 8));
  return Array.from({ length: Math.floor(rows.length / 3) }, (_, row) => ({
    left: rows[3 * row] ?? 0,
    right: rows[3 * row + 1] ?? 0,
    count: rows[3 * row + 2] ?? 0,
  }));
}

/** Null for a kind that we never write. */
function decodeValue(message: ValueMessage): SummaryValue | null {
  const { tag = '', simpleValue, tensor, metadata: meta } = message;
  if (simpleValue !== undefined) {
    // Not `??`: what protobufjs decoded answers 0 for a field that is absent.
    const value = Object.hasOwn(message, 'exact') ? (message.exact ?? simpleValue) : simpleValue;
    return { kind: 'scalar', tag, value };
  }
  const plugin = meta?.pluginData?.pluginName;
  const blobs = tensor?.stringVal ?? [];
  switch (plugin) {
    case undefined:
      return null;
    case 'histograms':
      return { kind: 'histogram', tag, buckets: decodeBuckets(tensor?.tensorContent ?? new Uint8Array()) };
    case 'text':
      return { kind: 'text', tag, text: text.decode(blobs[0]) };
    case 'images': {
      const [width, height, ...images] = blobs;
      return {
        kind: 'images',
        tag,
        width: Number(text.decode(width)),
        height: Number(text.decode(height)),
        images,
      };
    }
    default: {
      const content = plugin === 'hparams' ? meta?.pluginData?.content : blobs[0];
      return { kind: 'plugin', tag, plugin, content: content ?? new Uint8Array() };
    }
  }
}

function decodeBody({ fileVersion, sessionLog, summary, sourceMetadata }: EventMessage): EventBody {
  if (fileVersion !== undefined) {
    return { kind: 'file', version: fileVersion, writer: sourceMetadata?.writer ?? null };
  }
  switch (sessionLog?.status) {
    case SESSION_STATUS.start:
      return { kind: 'start' };
    case SESSION_STATUS.stop:
      return { kind: 'stop' };
    case SESSION_STATUS.checkpoint:
      return { kind: 'checkpoint', path: sessionLog.checkpointPath ?? '' };
    default:
      return {
        kind: 'values',
        values: (summary?.value ?? []).map(decodeValue).filter((value) => value !== null),
      };
  }
}

/** @throws when the payload is no Event. */
export function decodeEvent(payload: Uint8Array): EventRecord {
  const message = decodeMessage(payload);
  return { wallTime: message.wallTime, step: message.step ?? 0, body: decodeBody(message) };
}
