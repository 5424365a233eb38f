import pg from 'pg';

export interface SentStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * Every statement that this process sends to PostgreSQL from now on, in order; it changes nothing about them.
 *
 * Without the wake-ups of those who follow a run, which go out beside the writes, many commits in one; and without the
 * indexing for the search, which comes after them in the same way.
 */
export function watchSql(): { readonly sent: SentStatement[] } & Disposable {
  const sent: SentStatement[] = [];
  const own = pg.Client.prototype.query;
  pg.Client.prototype.query = new Proxy(own, {
    apply(query, client, args: unknown[]) {
      const [first, second] = args;
      const config = typeof first === 'string' ? { text: first, values: second } : first;
      if (isStatement(config) && !BESIDE.test(config.text))
        sent.push({ text: config.text, values: config.values ?? [] });
      return Reflect.apply(query, client, args);
    },
  });
  return {
    sent,
    [Symbol.dispose]() {
      pg.Client.prototype.query = own;
    },
  };
}

const BESIDE = /pg_notify|^\/\* search index \*\//;

function isStatement(config: unknown): config is { text: string; values?: unknown[] } {
  return typeof config === 'object' && config !== null && 'text' in config && typeof config.text === 'string';
}
