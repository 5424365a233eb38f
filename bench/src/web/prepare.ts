import type { Stepledger } from '@stepledger/client';
import { startRunInput } from '@stepledger/contract';
import { openDatabase } from '@stepledger/db';
import pg from 'pg';
import { enlarge } from '../large-run.ts';

/** Each document is written to so many times. */
const VERSIONS = 10;

/** A run of so many exchanges, and one of a tenth of them. */
export async function prepareRuns(url: string, exchanges: number): Promise<void> {
  await using database = await openDatabase({ url });
  await database.migrate();
  const { id: projectId } = await database.ensureProject({ slug: 'default', name: 'default' });
  const { runs } = database.store.open({ projectId, actor: 'bench' });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const [key, size, textLength] of [
      ['large', exchanges, 1_000],
      // Of another length, since texts are stored once.
      ['medium', exchanges / 10, 999],
    ] as const) {
      const { runId } = await runs.start(startRunInput.parse({ key }));
      for (const sql of enlarge({ exchanges: size, versions: VERSIONS, textLength })) {
        await client.query(sql, [runId]);
      }
    }
    await client.query('VACUUM ANALYZE');
  } finally {
    await client.end();
  }
}

export interface LargeTexts {
  /** Of 100,000 lines in two versions. */
  documentId: string;
  /** Of 16 MiB. */
  markdownId: string;
  /** Whose answer has 16 MiB. */
  exchangeId: string;
  /** Of 1,000 messages. */
  conversationId: string;
  /** Which builds on many others. */
  graphId: string;
}

const MIB = 1024 * 1024;

export async function writeLargeTexts(ledger: Stepledger): Promise<LargeTexts> {
  const run = await ledger.run({ key: 'texts' });
  const lines = Array.from({ length: 100_000 }, (_, line) => `line ${line + 1} of a long document`);
  const long = await run.documents.put({ kind: 'lines', text: `${lines.join('\n')}\n` });
  const changed = lines.map((line, at) => (at % 1000 === 10 ? `${line}, changed` : line));
  await long.update(`${changed.join('\n')}\n`);
  const markdown = toMarkdown(16 * MIB - 1000);
  const { id: markdownId } = await run.documents.put({ kind: 'markdown', text: markdown });
  const step = run.step('ask_step');
  const { exchangeId } = await step.record({ prompt: 'Write.', response: markdown });
  const messages = Array.from({ length: 1000 }, (_, at) => ({
    role: at % 2 === 0 ? ('user' as const) : ('assistant' as const),
    content: `message ${at + 1} of a conversation\n`.repeat(20),
  }));
  const conversation = await step.record({ prompt: messages, response: 'Done.' });
  return {
    documentId: long.id,
    markdownId,
    exchangeId,
    conversationId: conversation.exchangeId,
    graphId: await writeGraph(ledger),
  };
}

function toMarkdown(length: number): string {
  const paragraph = (at: number) =>
    `${at % 20 === 1 ? `## Part ${at}\n\n` : ''}This is paragraph ${at} of *many*, with \`code\` and [a link](#${at}).\n\n`;
  let text = '';
  for (let at = 1; text.length < length; at += 1) text += paragraph(at);
  return text.slice(0, length);
}

/** 300 documents, each built on three of those before it; answers the last. */
async function writeGraph(ledger: Stepledger): Promise<string> {
  const run = await ledger.run({ key: 'graph' });
  const refs: { documentId: string; version: number }[] = [];
  for (let at = 0; at < 300; at += 1) {
    const links = [1, 7, 40].flatMap((back) => {
      const to = refs[at - back];
      return to === undefined ? [] : [{ relation: 'derived_from' as const, to }];
    });
    const { ref } = await run.documents.put({ kind: 'part', key: `${at}`, text: `${at}`, links });
    refs.push(ref);
  }
  return refs.at(-1)?.documentId ?? '';
}
