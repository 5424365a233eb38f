import { documentWriteSchema, type FieldIssue, LIMITS } from '@stepledger/contract';
import { ledgerError } from '../errors/client-errors.ts';
import type { ParsedDocument } from './parse-answer.ts';

/**
 * The documents that a parser has found, if they can be stored as far as can be told from here: so a dry run refuses
 * what the ledger would.
 *
 * @throws BAD_INPUT with the path of each fault.
 */
export function checkDocuments(found: unknown): ParsedDocument[] {
  if (!Array.isArray(found) || found.length > LIMITS.maxDocuments) {
    const reason = `must be a list of at most ${LIMITS.maxDocuments} documents`;
    throw ledgerError('BAD_INPUT', { issues: [{ path: 'documents', reason }] });
  }
  const documents: ParsedDocument[] = found;
  const issues = [...documents.flatMap(findFaults), ...findRepeated(documents)];
  if (issues.length > 0) throw ledgerError('BAD_INPUT', { issues: issues.slice(0, MAX_ISSUES) });
  return [...documents];
}

/** A thousand bad documents are not worth a page of explanations. */
const MAX_ISSUES = 20;

function findFaults(document: unknown, index: number): FieldIssue[] {
  const { error } = documentWriteSchema.safeParse(document);
  return (error?.issues ?? []).map(({ path, message }) => ({
    path: [`documents[${index}]`, ...path.map(String)].join('.'),
    reason: message,
  }));
}

function findRepeated(documents: readonly (ParsedDocument | null)[]): FieldIssue[] {
  const seen = new Set<string>();
  return documents.flatMap((document, index) => {
    const { kind, key = kind } = document ?? {};
    const name = JSON.stringify([kind, key]);
    const isFirst = !seen.has(name);
    seen.add(name);
    return isFirst
      ? []
      : [{ path: `documents[${index}].key`, reason: `names the ${kind} ${key} a second time` }];
  });
}
