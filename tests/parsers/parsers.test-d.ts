import type { ParserLike, StepHandle } from '@stepledger/client';
import type { DocumentWrite } from '@stepledger/contract';
import {
  checklist,
  fencedCode,
  jsonValue,
  markdownSections,
  type ParsedDocument,
  wholeText,
} from '@stepledger/parsers';
import { z } from 'zod';

const tasks = z.object({ tasks: z.array(z.string()) });

/** The client takes them as they are, though neither package knows the other. */
export const parsers: ParserLike[] = [
  wholeText({ kind: 'design' }),
  fencedCode({ kind: 'code', language: ['ts', 'tsx'] }),
  markdownSections({ kind: 'section', kinds: { Requirements: 'requirement' } }),
  checklist({ kind: 'subtask', nested: 'flatten' }),
  jsonValue({
    kind: 'plan',
    schema: tasks,
    toDocuments: (value) => value.tasks.map((text, index) => ({ kind: 'subtask', key: `${index}`, text })),
  }),
];

export function save(step: StepHandle, documents: ParsedDocument[]): Promise<unknown> {
  const written: Omit<DocumentWrite, 'links'>[] = documents;
  return Promise.all([step.documents.putMany(documents), written]);
}

// @ts-expect-error A document needs a kind.
wholeText({});
// @ts-expect-error Levels end at 6.
markdownSections({ kind: 'a', level: 7 });
// @ts-expect-error The schema knows the value.
jsonValue({ kind: 'a', schema: tasks, toDocuments: (value) => value.steps });
