import { ACCESS_LEVELS, type Access } from '@stepledger/contract';
import { Command, Option } from 'commander';
import { renderTable } from '../output/table.ts';
import { usageError } from '../shell/cli-error.ts';
import type { Shell } from '../shell/shell.ts';
import { openApiKeys, openDatabaseKeys } from './key-stores.ts';

interface CreateOptions {
  name: string;
  access?: Access;
  expiresAt?: string;
  instance?: true;
}

/** `keys create|list|revoke`: through the API, or with `--direct` on the database itself. */
export function createKeysCommand(shell: Shell): Command {
  const keys = new Command('keys')
    .description('Make, list and revoke API keys.')
    .option('--direct', 'on the database itself, DATABASE_URL or the data directory, past any server')
    .option('--data-dir <dir>', 'with --direct: where the private PostgreSQL lives (STEPLEDGER_DATA_DIR)')
    .addHelpText(
      'after',
      `
The first key of an instance, and instance keys, are made with --direct. A private PostgreSQL is then started for
the moment, so no server may be running on it.

Examples:
  stepledger keys create --name agent
  stepledger keys create --name ci --access read --expires-at 2027-01-01T00:00:00Z
  stepledger keys --direct create --name ops --instance
  stepledger keys list
  stepledger keys revoke 01990000-0000-7000-8000-000000000000`,
    );
  const open = () => {
    const { direct, dataDir } = keys.opts<{ direct?: true; dataDir?: string }>();
    return direct ? openDatabaseKeys(shell, dataDir) : openApiKeys(shell);
  };

  keys
    .command('create')
    .description('Make an API key and print it; only a hash is stored, so this is the only time it is shown.')
    .requiredOption('--name <name>', 'shown as the actor of its entries')
    .addOption(
      new Option('--access <level>', 'what it may do (default: write; admin with --instance)').choices(
        ACCESS_LEVELS,
      ),
    )
    .option('--expires-at <time>', 'when it ends by itself, such as 2027-01-01T00:00:00Z')
    .option('--instance', 'let it into every project; needs --direct')
    .addHelpText('after', '\nExamples:\n  stepledger keys create --name agent')
    .action(async ({ name, access, expiresAt, instance = undefined }: CreateOptions) => {
      const store = open();
      const { project } = shell.config;
      if (instance && project !== undefined) throw usageError('Say --instance or --project, not both');
      const made = await store.create({
        name,
        access: access ?? (instance ? 'admin' : 'write'),
        instance: instance === true,
        expiresAt,
      });
      shell.out.say(`API key ${made.id}, ${made.access} access. It is shown this once:`);
      await shell.out.result(made, () => made.key);
    });

  keys
    .command('list')
    .description('List the API keys, revoked ones too.')
    .addHelpText('after', '\nExamples:\n  stepledger keys list --json')
    .action(async () => {
      const items = await open().list();
      const rows = items.map((key) => [
        key.name,
        key.access,
        key.instance ? '(every project)' : (key.project ?? ''),
        key.revokedAt ? `revoked ${key.revokedAt}` : key.expiresAt ? `expires ${key.expiresAt}` : 'valid',
        key.id,
      ]);
      if (items.length === 0) shell.out.say('There are no API keys yet.');
      await shell.out.result({ items }, () =>
        items.length === 0 ? '' : renderTable(['name', 'access', 'project', 'state', 'id'], rows, shell.out),
      );
    });

  keys
    .command('revoke')
    .description('End an API key for good.')
    .argument('<id>', 'the id that `keys list` shows')
    .addHelpText('after', '\nExamples:\n  stepledger keys revoke 01990000-0000-7000-8000-000000000000')
    .action(async (id: string) => {
      await open().revoke(id);
      shell.out.say(`Revoked ${id}. Running servers refuse it within seconds.`);
      await shell.out.result({ id }, () => '');
    });
  return keys;
}
