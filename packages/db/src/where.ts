import type { ListOrder } from '@stepledger/contract';
import type { Bind } from './connection.ts';

/** Conditions with their bind parameters; `?` stands for the next one. */
export class Where {
  readonly values: Bind[];
  readonly #conditions: string[];

  /** @param alias of the table whose rows of the project, which is $1, are looked for. */
  constructor(alias: string, projectId: string) {
    this.values = [projectId];
    this.#conditions = [`${alias}.project_id = $1`];
  }

  get sql(): string {
    return this.#conditions.join(' AND ');
  }

  bind(value: Bind): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  and(condition: string, ...values: Bind[]): void {
    let next = 0;
    this.#conditions.push(condition.replaceAll('?', () => this.bind(values[next++] ?? null)));
  }

  /** Goes on behind the row that a cursor names; before it, where the newest come first. */
  after(
    columns: readonly string[],
    types: readonly ('uuid' | 'number' | 'string')[],
    { after, order = 'oldest' }: { after: readonly (string | number)[] | null; order?: ListOrder },
  ): void {
    if (!after) return;
    const values = after.map((value, index) => `${this.bind(value)}::${SQL_TYPES[types[index] ?? 'string']}`);
    this.#conditions.push(`(${columns.join(', ')}) ${order === 'newest' ? '<' : '>'} (${values.join(', ')})`);
  }
}

const SQL_TYPES = { uuid: 'uuid', number: 'int', string: 'text' } as const;
