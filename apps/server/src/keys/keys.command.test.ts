import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { createKeysCommand } from './keys.command.ts';

/** Answers what the command says when it refuses; here no database is ever opened. */
async function refusal(...args: string[]): Promise<string> {
  let said = '';
  const command = createKeysCommand({
    withDatabase: () => Promise.reject(new Error('the database was opened')),
    out: () => undefined,
    say: () => undefined,
  });
  for (const part of [command, ...command.commands]) {
    part.exitOverride().configureOutput({
      writeErr: (text) => {
        said += text;
      },
    });
  }
  await expect(command.parseAsync(args, { from: 'user' })).rejects.toBeInstanceOf(CommanderError);
  return said;
}

test.each([
  [['create', '--name', 'x'], 'say --instance or --project'],
  [['create', '--instance', '--project', 'default', '--name', 'x'], 'cannot be used with'],
  [['create', '--instance'], "required option '--name <name>' not specified"],
  [['create', '--instance', '--name', ''], 'It must not be empty.'],
  [['create', '--project', 'No Such', '--name', 'x'], 'It must be 1 to 48 of a-z, 0-9 and inner hyphens.'],
  [['create', '--instance', '--name', 'x', '--access', 'all'], 'It must be one of read, write, admin.'],
  [['revoke', 'x'], 'It must be a UUID.'],
  [['revoke'], "missing required argument 'id'"],
])('keys %j is refused with a reason, before any database is opened', async (args, reason) => {
  expect(await refusal(...args)).toContain(reason);
});
