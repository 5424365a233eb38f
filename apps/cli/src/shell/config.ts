import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { usageError } from './cli-error.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** Where a server listens that was told nothing else. */
const DEFAULT_URL = 'http://127.0.0.1:4400';
/** Found in the working directory or the nearest one above it. */
const CONFIG_PATH = path.join('.stepledger', 'config');

const text = z.string().min(1);
const configSchema = z.strictObject({
  url: text.optional(),
  token: text.optional(),
  project: text.optional(),
  actor: text.optional(),
  /** The key or id of the run that commands mean when none is named. */
  run: text.optional(),
});
type Settings = z.infer<typeof configSchema>;

/** The same names everywhere: as a flag, as a variable, and in the file. */
const NAMES = {
  url: { flag: 'server', variable: 'STEPLEDGER_URL' },
  token: { flag: 'token', variable: 'STEPLEDGER_TOKEN' },
  project: { flag: 'project', variable: 'STEPLEDGER_PROJECT' },
  actor: { flag: 'actor', variable: 'STEPLEDGER_ACTOR' },
  run: { flag: 'run', variable: 'STEPLEDGER_RUN' },
} as const;

export interface Config extends Settings {
  url: string;
  /** The file that was read; null when there is none. */
  file: string | null;
  /** Where each value comes from, for `doctor`. */
  sources: Readonly<Record<string, string>>;
}

export interface ConfigInput {
  flags: Readonly<Record<string, unknown>>;
  variables: Variables;
  directory: string;
}

/** Flags before environment before `.stepledger/config`; each bad value is named together with where it stands. */
export function loadConfig({ flags, variables, directory }: ConfigInput): Config {
  const file = findFile(directory);
  const fromFile = file === null ? {} : readFile(file);
  const settings: Record<string, string> = {};
  const sources: Record<string, string> = {};
  for (const [name, { flag, variable }] of Object.entries(NAMES)) {
    const given: [unknown, string][] = [
      [flags[flag], `--${flag}`],
      [variables[variable] || undefined, variable],
      [fromFile[name as keyof Settings], file ?? ''],
    ];
    const [value, source] = given.find(([value]) => value !== undefined) ?? [];
    if (typeof value !== 'string' || source === undefined) continue;
    settings[name] = value;
    sources[name] = source;
  }
  return { url: DEFAULT_URL, ...settings, file, sources };
}

function findFile(directory: string): string | null {
  for (let at = path.resolve(directory); ; at = path.dirname(at)) {
    const file = path.join(at, CONFIG_PATH);
    if (existsSync(file)) return file;
    if (path.dirname(at) === at) return null;
  }
}

function readFile(file: string): Settings {
  let raw: unknown;
  try {
    raw = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw usageError(
      `${file} is not TOML: ${error.message.split('\n')[0]}`,
      'Write lines such as url = "http://127.0.0.1:4400".',
    );
  }
  const parsed = configSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path: at, message }) => `${at.join('.')} ${message}`.trim());
  throw usageError(`${file}: ${faults.join('; ')}`, `It may hold ${Object.keys(NAMES).join(', ')}.`);
}
