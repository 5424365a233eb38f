const number = new Intl.NumberFormat('en');
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const absolute = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

export function formatNumber(value: number): string {
  return number.format(value);
}

/** How many of something: `1 exchange`, `2 exchanges`, `2,000+ exchanges` when there may be more. */
export function formatCount(value: number, noun: string, { more = false } = {}): string {
  return `${number.format(value)}${more ? '+' : ''} ${noun}${value === 1 && !more ? '' : 's'}`;
}

/** A size in bytes for people: `512 B`, `1.4 KiB`, `16 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [value, unit] = bytes < 1024 ** 2 ? [bytes / 1024, 'KiB'] : [bytes / 1024 ** 2, 'MiB'];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** A duration in milliseconds for people: `850 ms`, `1.2 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export function formatTime(time: string): string {
  return absolute.format(new Date(time));
}

/** How long ago: `2 min. ago`. */
export function formatAgo(time: string, now: number): string {
  const seconds = Math.round((new Date(time).getTime() - now) / 1000);
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return Math.abs(seconds) < 5 ? 'just now' : relative.format(seconds, 'second');
}

/** A step as `name` or `name:key`. */
export function formatStep({ name, key }: { name: string; key: string }): string {
  return key === '' ? name : `${name}:${key}`;
}

/** A document as `kind`, or `kind/key` where they differ. */
export function formatDocument({ kind, key }: { kind: string; key: string }): string {
  return kind === key ? kind : `${kind}/${key}`;
}
