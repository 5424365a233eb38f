import type { Bind } from './connection.ts';

/** A value by its name in a statement, and the SQL type that it is cast to. */
export type NamedBinds = Readonly<Record<string, readonly [type: string, value: Bind]>>;

/** Numbers the bind parameters of a statement that names them as `:name`, each once. */
export function toNumbered(text: string, binds: NamedBinds): { text: string; values: Bind[] } {
  const values: Bind[] = [];
  const numbers = new Map<string, string>();
  const numbered = text.replace(/(?<!:):([a-z]\w*)/gi, (_, name: string) => {
    const bind = binds[name];
    if (!bind) throw new Error(`A statement names :${name}, which is not bound`);
    const [type, value] = bind;
    const known = numbers.get(name) ?? `$${values.push(value)}::${type}`;
    numbers.set(name, known);
    return known;
  });
  return { text: numbered, values };
}
