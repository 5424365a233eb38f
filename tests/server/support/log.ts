import { createLog } from '@stepledger/server';

export interface KeptLog {
  logger: ReturnType<typeof createLog>;
  text(): string;
  entries(): Record<string, unknown>[];
}

/** A log that is kept: its lines as text, to look for what must not stand there, and as objects. */
export function createKeptLog(): KeptLog {
  const lines: string[] = [];
  const logger = createLog('debug', { write: (line: string) => void lines.push(line) });
  return {
    logger,
    text: () => lines.join(''),
    entries: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
