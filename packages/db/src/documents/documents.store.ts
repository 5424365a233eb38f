import type { DocumentsService } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { claimDocument, releaseClaim, renewClaim } from './documents.claim.ts';
import { listClaims } from './documents.claims.ts';
import { diffDocument } from './documents.diff.ts';
import { purgeDocument } from './documents.purge.ts';
import {
  getDocument,
  listDocuments,
  listDocumentsByParse,
  listDocumentsByStep,
  listVersions,
} from './documents.read.ts';
import { listReady } from './documents.ready.ts';
import {
  deleteDocument,
  putDocument,
  putDocuments,
  restoreDocument,
  undeleteDocument,
  updateDocument,
} from './documents.write.ts';

export function createDocumentsStore(context: StoreContext): DocumentsService {
  return {
    create: (input) => putDocument(context, input, 'create'),
    put: (input) => putDocument(context, input, 'put'),
    putMany: (input) => putDocuments(context, input),
    update: (input) => updateDocument(context, input),
    get: (input) => getDocument(context, input),
    list: (input) => listDocuments(context, input),
    byStep: (input) => listDocumentsByStep(context, input),
    byParse: (input) => listDocumentsByParse(context, input),
    history: (input) => listVersions(context, input),
    diff: (input) => diffDocument(context, input),
    restore: (input) => restoreDocument(context, input),
    delete: (input) => deleteDocument(context, input),
    undelete: (input) => undeleteDocument(context, input),
    purge: (input) => purgeDocument(context, input),
    ready: (input) => listReady(context, input),
    claims: (input) => listClaims(context, input),
    claim: (input) => claimDocument(context, input),
    renew: (input) => renewClaim(context, input),
    release: (input) => releaseClaim(context, input),
  };
}
