import { currentLocale, t } from './words.ts';

/** Unknown is a dash; what is not finite is itself. */
function unusual(value: number | undefined): string | null {
  if (value === undefined) return '—';
  if (Number.isFinite(value)) return null;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
}

const minus = (text: string): string => text.replace('-', '−');
const localized = (value: number, options: Intl.NumberFormatOptions): string =>
  minus(formatter(JSON.stringify(options), options).format(value));

const formatters = new Map<string, Intl.NumberFormat>();

/** Making a formatter takes longer than a thousand uses of it. */
function formatter(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const full = `${currentLocale()} ${key}`;
  let made = formatters.get(full);
  if (!made) {
    made = new Intl.NumberFormat(currentLocale(), options);
    formatters.set(full, made);
  }
  return made;
}

/** A number as a person reads it. */
export function formatNumber(value: number | undefined, digits = 4): string {
  if (value === undefined || !Number.isFinite(value)) return unusual(value) ?? '';
  const magnitude = Math.abs(value);
  if (value !== 0 && (magnitude < 1e-3 || magnitude >= 1e6)) {
    if (magnitude >= 1e6 && Number.isInteger(value)) return formatCount(value);
    return minus(value.toExponential(2));
  }
  return localized(value, { maximumSignificantDigits: digits });
}

export const formatCount = (value: number): string => localized(value, { maximumFractionDigits: 0 });

const HUNDREDTHS: Intl.NumberFormatOptions = { minimumFractionDigits: 2, maximumFractionDigits: 2 };

/** Percent, 0 to 100. */
export const formatPercent = (value: number | undefined): string =>
  value === undefined || !Number.isFinite(value)
    ? (unusual(value) ?? '')
    : `${localized(value, HUNDREDTHS)} %`;

/** With so many decimals, to stand in a column. */
export const formatFixed = (value: number, digits: number): string =>
  unusual(value) ?? localized(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** A difference with its sign; empty where there is none. */
export function formatDelta(value: number | undefined, digits = 2): string {
  if (value === undefined || Number.isNaN(value)) return '';
  if (!Number.isFinite(value)) return unusual(value) ?? '';
  const options = {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: 'exceptZero',
  } as const;
  return localized(value, options);
}

export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined || !Number.isFinite(bytes)) return unusual(bytes) ?? '';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${localized(bytes / 1000 ** power, { maximumSignificantDigits: 3 })} ${units[power] ?? ''}`;
}

/** Seconds, as coarse as they are long. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '—';
  if (seconds < 10) return t('duration.seconds', { s: localized(seconds, { maximumFractionDigits: 1 }) });
  if (seconds < 60) return t('duration.seconds', { s: formatCount(seconds) });
  if (seconds < 3600) return t('duration.minutes', { m: formatCount(seconds / 60) });
  const minutes = Math.round(seconds / 60);
  return t('duration.hours', { h: formatCount(Math.floor(minutes / 60)), m: formatCount(minutes % 60) });
}

/** Seconds as on a stopwatch: m:ss, or h:mm:ss. */
export function formatClock(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const rest = seconds - whole;
  const fraction = rest > 1e-9 ? localized(rest, { maximumSignificantDigits: 2 }).slice(1) : '';
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}${fraction}`;
}

/** Date and time of an ISO 8601 text, short. */
export function formatTime(iso: string | null): string {
  if (iso === null) return '—';
  const options = { dateStyle: 'short', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat(currentLocale(), options).format(new Date(iso));
}

/** A measured value in its unit. */
export function formatValue(unit: string, value: number | undefined): string {
  if (unit === '%') return formatPercent(value);
  if (unit === 'B') return formatBytes(value);
  return formatNumber(value);
}

/** For the numbers beside an axis: as fine as its ticks, without a unit. */
export function formatAxisValue(
  unit: string,
  { min, max }: { readonly min: number; readonly max: number },
): (value: number) => string {
  if (unit === 'B') return formatBytes;
  const digits = Math.min(
    6,
    Math.max(3, 2 + Math.ceil(Math.log10(Math.abs(max) / Math.max(1e-12, max - min)))),
  );
  return (value) => formatNumber(value, Number.isFinite(digits) ? digits : 4);
}
