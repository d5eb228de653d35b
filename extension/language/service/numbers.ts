const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Bytes as people read them: `1.5 GiB`. */
export function binary(bytes: number): string {
  const power = Math.min(BINARY.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${short(bytes / 1024 ** power)} ${BINARY[power] ?? 'B'}`;
}

/** Three digits, and no more than are there. */
const short = (value: number): string =>
  Math.abs(value) >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));

/** Counts as papers write them: `0.27 M`, `1,240`. */
export function count(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(2)} G`;
  return value >= 1e5 ? `${(value / 1e6).toFixed(2)} M` : value.toLocaleString('en-GB');
}

/** Seconds in the two largest units: `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${short(seconds)} s`;
  const total = Math.round(seconds);
  const [days, hours, minutes] = [
    Math.floor(total / 86_400),
    Math.floor(total / 3600) % 24,
    Math.floor(total / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${total % 60} s` : `${total} s`;
}

/** A number with its fraction, if it has one, in at most four digits. */
export const plainNumber = (value: number): string =>
  Number.isInteger(value) ? value.toLocaleString('en-GB') : String(Number(value.toPrecision(4)));
