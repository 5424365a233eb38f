import { z } from 'zod';
import { StartError } from './start-error.ts';

/** The port where nobody named one. */
export const DEFAULT_PORT = 4400;

const SECRETS = new Set(['DATABASE_URL', 'DATABASE_DIRECT_URL', 'STEPLEDGER_INSTANCE_KEY']);

const POSTGRES_URL_HINT =
  'Write it as postgres://user:password@host:5432/database, special characters percent-encoded.';
const postgresUrl = z.string().refine(isPostgresUrl, 'is not a PostgreSQL URL').describe(POSTGRES_URL_HINT);

function wholeNumber(least: number, most: number, hint: string) {
  return z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be a whole number from ${least} to ${most}`)
    .describe(hint);
}

const onOff = (hint: string) =>
  z
    .enum(['on', 'off'], 'must be on or off')
    .transform((word) => word === 'on')
    .describe(hint);

const listOf = (item: (text: string) => boolean, fault: string, hint: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim().toLowerCase()))
    .refine((parts) => parts.every(item), fault)
    .describe(hint);

/** Every variable that the server reads; the description of each is its hint. */
const envSchema = z.object({
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_DIRECT_URL: postgresUrl.optional(),
  DATABASE_PREPARED: onOff('Say off behind a PgBouncer that does not track prepared statements.').default(
    true,
  ),
  DATABASE_POOL_SIZE: wholeNumber(1, 1000, 'It counts connections to PostgreSQL; 10 is the default.').default(
    10,
  ),
  STEPLEDGER_DATA_DIR: z.string().default('./.stepledger'),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9._:-]+$/, 'must be a host name or an IP address')
    .describe('127.0.0.1 serves this machine only; 0.0.0.0 every network, and then needs an API key.')
    .default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535, `Leave it out for ${DEFAULT_PORT} or the next free port.`).optional(),
  STEPLEDGER_INSTANCE_KEY: z
    .string()
    .regex(/^[\x21-\x7e]*$/, 'must hold visible ASCII characters only')
    .min(16, 'must have at least 16 characters')
    .describe('Make one with `openssl rand -hex 32`.')
    .optional(),
  STEPLEDGER_REQUIRE_KEY: onOff('On loopback no key is needed, unless this says on.').optional(),
  STEPLEDGER_ALLOWED_HOSTS: listOf(
    (host) => /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(host),
    'must be host names, separated by commas, without port',
    'For example ledger.example.com,ledger.internal.',
  ).default([]),
  STEPLEDGER_ALLOWED_ORIGINS: listOf(
    (origin) => URL.canParse(origin) && new URL(origin).origin === origin,
    'must be origins, separated by commas',
    'For example https://ledger.example.com,http://localhost:5173.',
  ).default([]),
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'must be trace, debug, info, warn, error, fatal or silent',
    )
    .describe('info is the default.')
    .default('info'),
  STEPLEDGER_MAX_CONNECTIONS: wholeNumber(
    1,
    100_000,
    'It counts HTTP connections; 1000 is the default.',
  ).default(1000),
  STEPLEDGER_SHUTDOWN_SECONDS: wholeNumber(
    0,
    3600,
    'So long a stop waits for what is in flight; 10 is the default.',
  ).default(10),
});

/** The names of all variables; docs/server.md explains each. */
export const ENV_NAMES: readonly string[] = Object.keys(envSchema.shape);

export type Env = z.output<typeof envSchema>;

/**
 * Reads the environment, or refuses with every mistake at once: name, fault and hint of each.
 *
 * An empty variable counts as not set. The values of secrets are never repeated.
 */
export function loadEnv(variables: Record<string, string | undefined>): Env {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = envSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = new Map<string, string>();
  for (const { path, message } of parsed.error.issues) {
    const name = String(path[0]);
    if (!faults.has(name)) faults.set(name, describeFault(name, message, given[name]));
  }
  const many = faults.size === 1 ? '1 environment variable is' : `${faults.size} environment variables are`;
  throw new StartError('BAD_ENV', `${many} wrong:\n${[...faults.values()].join('\n')}`);
}

function describeFault(name: string, fault: string, value: string | undefined): string {
  const shown =
    SECRETS.has(name) || value === undefined ? '' : ` (it is ${JSON.stringify(value.slice(0, 100))})`;
  return `  ${name} ${fault}${shown}. ${hintOf(name)}`.trimEnd();
}

function hintOf(name: string): string {
  const schema: z.ZodType | undefined = Reflect.get(envSchema.shape, name);
  let inner: unknown = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault) inner = inner.unwrap();
  return inner instanceof z.ZodType ? (inner.description ?? '') : '';
}

function isPostgresUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol } = new URL(text);
  return protocol === 'postgres:' || protocol === 'postgresql:';
}
