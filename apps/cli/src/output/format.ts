/** Numbers and times for people. Programs get them as they are, by --json. */

const COUNT = new Intl.NumberFormat('en-US');
const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'] as const;
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** With thousands separators: `12,345`. */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** A count and its word: `1 exchange`, `2 exchanges`. */
export function formatCountOf(count: number, word: string, words = `${word}s`): string {
  return `${formatCount(count)} ${count === 1 ? word : words}`;
}

/** `812 B`, `1.2 KiB`, `34 MiB`. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 'B';
  for (const larger of UNITS) {
    if (size < 1024) break;
    size /= 1024;
    unit = larger;
  }
  return `${unit === 'B' ? formatCount(size) : toTwoDigits(size)} ${unit}`;
}

/** `12 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${toTwoDigits(ms / SECOND)} s`;
  if (ms < HOUR) return inTwoUnits(ms, [MINUTE, 'min'], [SECOND, 's']);
  if (ms < DAY) return inTwoUnits(ms, [HOUR, 'h'], [MINUTE, 'min']);
  return inTwoUnits(ms, [DAY, 'd'], [HOUR, 'h']);
}

/** In the local time zone, to the second: `2026-11-27 10:00:00`. */
export function formatTime(time: string | Date): string {
  const at = new Date(time);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** `3 minutes ago`; a clock that runs a little behind makes nothing happen in the future. */
export function formatAgo(time: string | Date, now: Date = new Date()): string {
  const ms = now.getTime() - new Date(time).getTime();
  if (ms < MINUTE) return ms < -MINUTE ? 'in the future' : 'just now';
  if (ms < HOUR) return RELATIVE.format(-Math.floor(ms / MINUTE), 'minute');
  if (ms < DAY) return RELATIVE.format(-Math.floor(ms / HOUR), 'hour');
  if (ms < 60 * DAY) return RELATIVE.format(-Math.floor(ms / DAY), 'day');
  if (ms < 730 * DAY) return RELATIVE.format(-Math.floor(ms / (30 * DAY)), 'month');
  return RELATIVE.format(-Math.floor(ms / (365 * DAY)), 'year');
}

/** Both: `2026-11-27 10:00:00 (3 minutes ago)`. */
export function formatWhen(time: string | Date): string {
  return `${formatTime(time)} (${formatAgo(time)})`;
}

function toTwoDigits(value: number): string {
  return value < 9.95 ? value.toFixed(1) : COUNT.format(Math.round(value));
}

type Unit = readonly [ms: number, name: string];

function inTwoUnits(ms: number, [large, largeName]: Unit, [small, smallName]: Unit): string {
  const smalls = Math.floor(ms / small);
  const rest = smalls % (large / small);
  const whole = `${formatCount(Math.floor(ms / large))} ${largeName}`;
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`;
}
