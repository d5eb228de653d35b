/** Numbers as a person reads them; unknown is a dash, non-finite is itself. */
export function formatNumber(value: number | undefined, digits = 4): string {
  if (value === undefined) return '—';
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const magnitude = Math.abs(value);
  if (value !== 0 && (magnitude < 1e-3 || magnitude >= 1e6)) return value.toExponential(2).replace('-', '−');
  return value.toLocaleString(undefined, { maximumSignificantDigits: digits }).replace('-', '−');
}

export const formatPercent = (value: number | undefined): string =>
  value === undefined ? '—' : Number.isFinite(value) ? `${value.toFixed(2)} %` : 'NaN';

export function formatDelta(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '';
  return `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(2)}`;
}

export const formatCount = (value: number): string => value.toLocaleString();

export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined) return '—';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** power).toPrecision(3)} ${units[power] ?? ''}`;
}

export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '—';
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}
