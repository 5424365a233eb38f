import type { Document } from '@stepledger/client';
import { Command, Option } from 'commander';
import { withPagedShell } from '../output/paged-shell.ts';
import { resolveDocument } from '../refs/resolve-refs.ts';
import { usageError } from '../shell/cli-error.ts';
import { toCount } from '../shell/option-values.ts';
import type { Shell } from '../shell/shell.ts';
import { printExact } from './print-exact.ts';
import { printPrompt, printResponse } from './print-exchange.ts';

interface CatOptions {
  prompt?: string;
  response?: string;
  message?: number;
  attempt?: number;
}

export function createCatCommand(shell: Shell): Command {
  return new Command('cat')
    .description('Print documents exactly, or the prompt or raw response of an exchange.')
    .argument(
      '[documents...]',
      'RUN/KIND/KEY, KIND/KEY with --run, or an id; @3 is a version, @r12 a revision',
    )
    .addOption(new Option('--prompt <exchange>', 'the messages of an exchange as they were sent'))
    .addOption(new Option('--response <exchange>', 'the raw response of an exchange').conflicts('prompt'))
    .option('--message <n>', 'with --prompt: only the n-th message, exactly', toCount)
    .option('--attempt <n>', 'the body of the n-th HTTP attempt, exactly as it was sent or received', toCount)
    .addHelpText(
      'after',
      `
Examples:
  stepledger cat todo-app/design
  stepledger cat todo-app/design@2 > design.md
  stepledger cat todo-app/subtask/login@r12
  stepledger cat --response 0192d3a4-5b6c-7d8e-9f00-112233445566`,
    )
    .action(async (documents: string[], options: CatOptions) => {
      await withPagedShell(shell, (paged) => cat(paged, documents, options));
    });
}

async function cat(shell: Shell, documents: readonly string[], options: CatOptions): Promise<void> {
  const { prompt, response, message, attempt } = options;
  if (message !== undefined && (prompt === undefined || attempt !== undefined)) {
    throw usageError('--message goes with --prompt, and not with --attempt');
  }
  if (prompt !== undefined || response !== undefined) {
    if (documents.length > 0) throw usageError('Name documents or an exchange, not both');
    if (prompt !== undefined) return printPrompt(shell, prompt, { message, attempt });
    return printResponse(shell, response ?? '', { attempt });
  }
  if (attempt !== undefined) throw usageError('--attempt goes with --prompt or --response');
  if (documents.length === 0) {
    throw usageError('No document is named', 'Write RUN/KIND/KEY; `stepledger show RUN` lists them.');
  }
  for (const ref of documents) await printDocument(shell, await readDocument(shell, ref));
}

/** With its text. @throws DELETED, PURGED, NOT_FOUND */
async function readDocument(shell: Shell, ref: string): Promise<Document> {
  const { documentId, at } = await resolveDocument(shell, ref);
  if (at === null) return shell.ledger.documents.get({ documentId });
  if ('version' in at) return shell.ledger.documents.get({ documentId, version: at.version });
  return shell.ledger.documents.get({ documentId, asOf: { revision: at.revision } });
}

async function printDocument({ out }: Shell, document: Document): Promise<void> {
  if (out.json) return out.item(document, () => '');
  if (document.text === null) throw new Error(`Document ${document.id} came without its text`);
  await printExact(out, document.text);
}
