import { toFieldIssues } from '@stepledger/api';
import {
  ACCESS_LEVELS,
  type Access,
  accessSchema,
  identifierSchema,
  idSchema,
  projectSlugSchema,
} from '@stepledger/contract';
import type { Database } from '@stepledger/db';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';

export interface KeyCommandTools {
  /** Opens the database of the environment for one command. */
  withDatabase<Result>(work: (database: Database) => Promise<Result>): Promise<Result>;
  /** Results, for programs. */
  out: (line: string) => void;
  /** Explanations, for people. */
  say: (line: string) => void;
}

interface CreateOptions {
  instance?: true;
  project?: string;
  name: string;
  access?: Access;
}

/** `keys create|list|revoke`: works on the database itself, so that the first key needs no server. */
export function createKeysCommand(tools: KeyCommandTools): Command {
  const keys = new Command('keys').description('Make, list and revoke API keys, directly on the database.');

  keys
    .command('create')
    .description('Make an API key and print it; only a hash is stored, so this is the only time it is shown.')
    .addOption(new Option('--instance', 'let the key into every project').conflicts('project'))
    .addOption(
      new Option('--project <slug>', 'the one project of the key').argParser(parseBy(projectSlugSchema)),
    )
    .addOption(
      new Option('--name <name>', 'shown as the actor of its entries')
        .argParser(parseBy(identifierSchema))
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--access <level>',
        `what it may do: ${ACCESS_LEVELS.join(', ')} (default: admin with --instance, else write)`,
      ).argParser(parseBy(accessSchema)),
    )
    .action((options: CreateOptions, command: Command) => create(options, command, tools));

  keys
    .command('list')
    .description('List the API keys, revoked ones too.')
    .action(() => list(tools));

  keys
    .command('revoke')
    .description('End an API key for good.')
    .argument('<id>', 'the id that `keys list` shows', parseBy(idSchema))
    .action((id: string, _options: object, command: Command) => revoke(id, command, tools));
  return keys;
}

async function create(options: CreateOptions, command: Command, tools: KeyCommandTools): Promise<void> {
  const { instance = false, project = null, name } = options;
  if (!instance && project === null) command.error('error: say --instance or --project <slug>');
  const access = options.access ?? (instance ? 'admin' : 'write');
  const made = await tools.withDatabase((database) => database.createKey({ project, name, access }));
  const reach = instance ? 'every project' : `the project ${project}`;
  tools.say(`API key ${made.id}, ${access} access to ${reach}. It is shown this once:`);
  tools.out(made.key);
}

async function revoke(id: string, command: Command, tools: KeyCommandTools): Promise<void> {
  const revoked = await tools.withDatabase((database) => database.revokeKey(id));
  if (!revoked) command.error(`error: no key of the id ${id} is still valid`);
  tools.say(`Revoked ${id}. Running servers refuse it within seconds.`);
}

async function list(tools: KeyCommandTools): Promise<void> {
  const keys = await tools.withDatabase((database) => database.listKeys());
  if (keys.length === 0) tools.say('There are no API keys yet.');
  for (const { id, name, access, project, revokedAt, expiresAt } of keys) {
    const state =
      revokedAt !== null ? `revoked ${revokedAt}` : expiresAt !== null ? `expires ${expiresAt}` : 'valid';
    tools.out([id, access.padEnd(5), (project ?? '(instance)').padEnd(12), state, name].join('  '));
  }
}

function parseBy<T>(schema: z.ZodType<T>): (value: string) => T {
  return (value) => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(`It ${toFieldIssues(parsed.error, value)[0]?.reason ?? 'is not valid'}.`);
  };
}
