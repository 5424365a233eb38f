import type { ParsesService, RecordedParse } from '@stepledger/contract';
import { blobsPart } from '../blobs/blobs.part.ts';
import { openBag } from '../blobs/stored-blob.ts';
import { documentsPart } from '../documents/documents.part.ts';
import { toPutRows } from '../documents/write-rows.ts';
import { newId } from '../ids.ts';
import { commit } from '../ledger/commit.ts';
import { usedLinksPart } from '../links/used-links.part.ts';
import { toRequest } from '../requests/requests.ts';
import type { StoreContext } from '../store-context.ts';
import { furtherParsePart } from './parses.part.ts';
import { listParses } from './parses.read.ts';

export function createParsesStore(context: StoreContext): ParsesService {
  return {
    list: (input) => listParses(context, input),
    async record(input): Promise<RecordedParse> {
      const { exchangeId } = input;
      const bag = await openBag(
        context.connection,
        context.scope.projectId,
        input.documents.map(({ text }) => text),
      );
      const documents = toPutRows(input.documents, bag);
      const id = newId();
      return commit(context, {
        request: toRequest('parses.record', input),
        target: { exchangeId },
        known: { parseId: id },
        parts: [
          furtherParsePart({ id, exchangeId, parse: input }),
          blobsPart(bag),
          documentsPart(documents, {
            stepId: '(SELECT step_id FROM parsed)',
            exchangeId: '(SELECT id FROM parsed)',
            parseId: '(SELECT id FROM new_parse)',
          }),
          usedLinksPart(documents, { from: 'parsed', exchangeId }),
        ],
      });
    },
  };
}
