import { createHash } from 'node:crypto';
import type { BlobEncoding, TextContent } from '@stepledger/contract';
import type { BlobBag } from '../blobs/stored-blob.ts';
import type { Part } from '../ledger/part.ts';

interface ChainedMessage {
  readonly hash: Buffer;
  readonly parentHash: Buffer | null;
  readonly role: string;
  readonly format: 'text' | 'json';
  readonly sha256: Buffer;
  readonly encoding: BlobEncoding;
}

interface SentMessage {
  readonly role: string;
  readonly format: 'text' | 'json';
  readonly content: TextContent;
}

/** A conversation as a chain of messages, each hashed over the one before. */
export function toChain(messages: readonly SentMessage[], bag: BlobBag): ChainedMessage[] {
  let parentHash: Buffer | null = null;
  return messages.map(({ role, format, content }) => {
    const { sha256, encoding } = bag.add(content);
    const message: ChainedMessage = {
      hash: hashOfMessage({ parentHash, role, format, sha256, encoding }),
      parentHash,
      role,
      format,
      sha256,
      encoding,
    };
    parentHash = message.hash;
    return message;
  });
}

/** The hash of the last message, which names the chain. */
export function tipOf(chain: readonly ChainedMessage[]): Buffer {
  const tip = chain.at(-1);
  if (!tip) throw new Error('An exchange has at least one message');
  return tip.hash;
}

export function hashOfMessage(message: Omit<ChainedMessage, 'hash'>): Buffer {
  const { parentHash, role, format, sha256, encoding } = message;
  const identity = [parentHash?.toString('hex') ?? null, role, format, sha256.toString('hex'), encoding];
  return createHash('sha256').update(JSON.stringify(identity)).digest();
}

/** Stores the messages that no conversation of the project has sent before. */
export function messagesPart(chain: readonly ChainedMessage[]): Part {
  return {
    write({ statement, project }) {
      const messages = [...chain].sort((a, b) => a.hash.compare(b.hash));
      // Counting the blobs makes every commit take its blob locks before its message locks.
      statement.with(
        'new_messages',
        `INSERT INTO message (project_id, hash, parent_hash, role, format, sha256, encoding)
        SELECT ${project}, m.hash, m.parent_hash, m.role, m.format, m.sha256, m.encoding
        FROM run_head, unnest(
          ${statement.bind(
            messages.map((message) => message.hash),
            'bytea[]',
          )},
          ${statement.bind(
            messages.map((message) => message.parentHash),
            'bytea[]',
          )},
          ${statement.bind(
            messages.map((message) => message.role),
            'text[]',
          )},
          ${statement.bind(
            messages.map((message) => message.format),
            'text[]',
          )},
          ${statement.bind(
            messages.map((message) => message.sha256),
            'bytea[]',
          )},
          ${statement.bind(
            messages.map((message) => message.encoding),
            'text[]',
          )}
        ) AS m(hash, parent_hash, role, format, sha256, encoding)
        WHERE (SELECT count(*) FROM new_blobs) >= 0
        ON CONFLICT DO NOTHING
        RETURNING 1`,
      );
      return {};
    },
  };
}
