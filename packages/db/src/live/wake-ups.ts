import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Sql } from '../connection.ts';

/** Stands for all feeds. */
export const EVERYTHING = '*';

const CHANNEL = 'stepledger';

/**
 * At most one notification in so many milliseconds: each takes a lock of the whole PostgreSQL server when it commits.
 * The first goes out at once.
 */
const PAUSE_MS = 50;

/** A notification holds less than 8,000 bytes, and a key 73; where there are more, all feeds are named. */
const MAX_KEYS = 100;

const RECONNECT_MS = 1000;

/** Tells this process and others that feeds have something new. May lose some: see `POLL_MS`. */
export interface WakeUps {
  /** Returns at once. */
  send(key: string): void;
  /** Begins to hear of other processes; calling it again does nothing. */
  listen(): void;
  close(): Promise<void>;
}

export interface WakeUpOptions {
  sql: Sql;
  listenUrl: string;
  wake: (keys: readonly string[]) => void;
}

export function createWakeUps({ sql, listenUrl, wake }: WakeUpOptions): WakeUps {
  const self = randomUUID();
  const listener = createListener(listenUrl, {
    onMessage(message) {
      const [sender, keys = ''] = message.split(' ');
      if (sender !== self) wake(keys.split(','));
    },
    // What was said before is not repeated.
    onConnect: () => wake([EVERYTHING]),
  });
  const pending = new Set<string>();
  let pause: NodeJS.Timeout | undefined;
  let sending: Promise<void> = Promise.resolve();
  let closed = false;

  const flush = () => {
    pause = undefined;
    if (pending.size === 0 || closed) return;
    const keys = pending.size > MAX_KEYS ? [EVERYTHING] : [...pending];
    pending.clear();
    wake(keys);
    sending = notify(sql, `${self} ${keys.join(',')}`);
    pause = setTimeout(flush, PAUSE_MS).unref();
  };
  return {
    send(key) {
      if (pending.size <= MAX_KEYS) pending.add(key);
      pause ??= setTimeout(flush, 0).unref();
    },
    listen: () => listener.start(),
    async close() {
      closed = true;
      clearTimeout(pause);
      await Promise.allSettled([sending, listener.stop()]);
    },
  };
}

async function notify(sql: Sql, message: string): Promise<void> {
  try {
    await sql.query('SELECT pg_notify($1, $2)', [CHANNEL, message]);
  } catch {
    // The write that it tells of is stored and answered; others find it when they look by themselves.
  }
}

interface Listener {
  start(): void;
  stop(): Promise<void>;
}

/** One connection that listens, and connects anew when it breaks. */
function createListener(
  url: string,
  on: { onMessage: (message: string) => void; onConnect: () => void },
): Listener {
  let client: pg.Client | undefined;
  let again: NodeJS.Timeout | undefined;
  let stopped = false;

  const connect = () => {
    const made = new pg.Client({
      connectionString: url,
      application_name: 'stepledger-listen',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    client = made;
    let lost = false;
    const onLost = () => {
      if (lost) return;
      lost = true;
      // One that never came to be connected does not end by itself.
      made.end().catch(() => undefined);
      if (!stopped) again = setTimeout(connect, RECONNECT_MS).unref();
    };
    made.on('error', onLost);
    made.on('end', onLost);
    made.on('notification', ({ payload }) => on.onMessage(payload ?? ''));
    made
      .connect()
      .then(() => made.query(`LISTEN ${CHANNEL}`))
      .then(on.onConnect, onLost);
  };
  return {
    start() {
      if (client === undefined && !stopped) connect();
    },
    async stop() {
      stopped = true;
      clearTimeout(again);
      await client?.end();
    },
  };
}
