/** What a sync is made of, for tests that sync without a process each. */
export { type LayoutName, loadLayout } from './layouts/load-layout.ts';
export { createPlainLayout } from './layouts/plain.ts';
export { createRunDocuments } from './ledger/run-documents.ts';
export { type Action, needsPerson } from './pass/actions.ts';
export type { SyncInput } from './pass/sync-pass.ts';
export type { DecideOptions } from './plan/decide.ts';
export { syncFolder } from './sync-folder.ts';
