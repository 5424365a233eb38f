import { Command } from 'commander';
import { visibleLine } from '../output/visible.ts';
import { EXIT } from '../shell/exit-codes.ts';
import type { Shell } from '../shell/shell.ts';
import { type Check, runChecks } from './checks.ts';

/** `doctor`: whether all works, from the configuration to the search, and what to do where it does not. */
export function createDoctorCommand(shell: Shell): Command {
  return new Command('doctor')
    .description('Check configuration, server, versions and a round trip of write, read, search and delete.')
    .addHelpText(
      'after',
      '\nExamples:\n  stepledger doctor\n  stepledger doctor --server https://ledger.example.com --json',
    )
    .action(async () => {
      const { out } = shell;
      const checks: Check[] = [];
      for await (const check of runChecks(shell)) {
        checks.push(check);
        if (!out.json) await out.write(render(check, shell));
      }
      const ok = checks.every((check) => check.ok);
      if (out.json) await out.result({ ok, checks }, () => '');
      if (!ok) process.exitCode = EXIT.failed;
    });
}

function render({ name, ok, ms, detail, hint }: Check, { out }: Shell): string {
  const mark = ok ? out.style('green', 'ok  ') : out.style('red', 'FAIL');
  const line = `${mark}  ${name.padEnd(13)} ${`${ms} ms`.padStart(10)}  ${visibleLine(detail)}\n`;
  return hint === undefined ? line : `${line}      ${visibleLine(hint)}\n`;
}
