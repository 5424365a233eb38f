import { visibleLine } from '../output/visible.ts';
import type { Shell } from '../shell/shell.ts';

/** What neither a terminal, nor a shell, nor the way in which references are read takes for something else. */
const PLAIN = /[\p{L}\p{N}\p{M}_.,+=-]/u;

export interface ShownDocument {
  /** The run's key. */
  run: string;
  kind: string;
  key: string;
  version?: number | undefined;
}

/**
 * A document as it can be pasted behind another command, whatever its names hold: what a shell or a terminal would act
 * on is written as `%20`, and no configured run makes it mean another one.
 */
export function showDocumentRef(
  { config }: Pick<Shell, 'config'>,
  { run, kind, key, version }: ShownDocument,
): string {
  // With a run at hand, two parts would be read as kind and key.
  const parts = key === kind && config.run === undefined ? [run, kind] : [run, kind, key];
  return `${parts.map(encode).join('/')}${version === undefined ? '' : `@${version}`}`;
}

/** A step as `--step` takes it. */
export function showStepRef({ name, key }: { name: string; key: string }): string {
  return key === '' ? encode(name) : `${encode(name)}:${encode(key)}`;
}

function encode(part: string): string {
  const shown = [...part].map((character) => (isPlain(character) ? character : percent(character))).join('');
  // What begins with a dash would be an option.
  return shown.replace(/^-/, '%2D');
}

/** Marks that belong to a letter are plain, unless they hide: some are shown as nothing. */
function isPlain(character: string): boolean {
  return PLAIN.test(character) && visibleLine(character) === character;
}

/** Also those that encodeURIComponent leaves, such as quotes and parentheses. */
function percent(character: string): string {
  return [...new TextEncoder().encode(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}
