export type { AppRouter, RouterInputs, RouterOutputs } from '@stepledger/api';
export type {
  AcceptedLinks,
  ApiKey,
  AsOf,
  Attempt,
  Blame,
  Blob,
  BlobEncoding,
  BuiltContext,
  Change,
  ChangeDetail,
  ChangedLink,
  ChangedRun,
  ChangedStep,
  ClaimDocument,
  ClaimedDocument,
  ClaimLease,
  ClosedExchange,
  ComparedRun,
  ComparedStep,
  ContextCut,
  ContextDocument,
  ContextManifest,
  ContextPart,
  ContextPin,
  ContextRef,
  CreatedApiKey,
  DefinedWorkflow,
  Divergence,
  DivergenceCause,
  Document,
  DocumentDifference,
  DocumentPair,
  DocumentReceipt,
  DocumentTextDiff,
  DocumentWrite,
  Entry,
  ErrorCode,
  ErrorDetails,
  Exchange,
  ExchangeAspect,
  ExchangeDifference,
  ExchangeNumbers,
  ExchangeStats,
  ExchangeStatus,
  ExchangeSummary,
  FieldIssue,
  Health,
  HeldClaim,
  JsonObject,
  JsonValue,
  Link,
  LinkGraph,
  LinkRelation,
  ListedParse,
  LiveEntry,
  Message,
  MovedInput,
  OpenedExchange,
  Page,
  Parse,
  Project,
  Prompt,
  PromptLabel,
  PromptMessage,
  PromptUsage,
  PromptUse,
  PurgedDocument,
  RecordedExchange,
  RecordedParse,
  ReleasedClaim,
  RenderedPrompt,
  ResponseHeader,
  Run,
  RunComparison,
  RunDiff,
  RunDiffItem,
  RunOrder,
  RunOrigin,
  RunOverview,
  RunStatus,
  RunsWork,
  SavedPrompt,
  StaleDocument,
  StaleDocuments,
  StartedRun,
  Stats,
  Step,
  StepDifference,
  StepRef,
  StepStatus,
  Storage,
  SummedWork,
  TextDiff,
  Usage,
  VersionInfo,
  VersionRef,
  Work,
  Workflow,
  WorkflowStep,
  WrittenDocument,
} from '@stepledger/contract';
export type { Blobs } from './blobs/blobs.ts';
export type { CallOptions, Features, SubscribeOptions } from './calls/features.ts';
export type { Lists } from './calls/lists.ts';
export type { PagePromise } from './calls/pages.ts';
export type { ContextInput } from './context/build-context.ts';
export type { UsedDocument } from './context/used-context.ts';
export { createStepledger } from './create-stepledger.ts';
export type {
  CreateDocument,
  DocumentCollection,
  FindDocument,
  PutDocument,
  PutManyDocuments,
} from './documents/document-collection.ts';
export type {
  ChangeOptions,
  DocumentHandle,
  DocumentUpdate,
  GraphOptions,
  MergedDocument,
  NotedChangeOptions,
} from './documents/document-handle.ts';
export { type MergeConflict, type MergedText, type MergeInput, mergeTexts } from './documents/merge-texts.ts';
export type { MovedDocument } from './documents/moved-documents.ts';
export type { ClaimHandle, ClaimInput, ReadyFilter, Subtasks } from './documents/subtasks.ts';
export type { CallContext, CallLlm, UnreadAnswer } from './durable/ask-llm.ts';
export type { ExecuteInput, ExecuteResult } from './durable/execute.ts';
export type { ParseContext, ParsedDocument, Parser, ParserLike } from './durable/parse-answer.ts';
export { changeFailed, changeWord } from './entries/change-words.ts';
export type { RecordingFailure } from './errors/stepledger-error.ts';
export {
  type AnyStepledgerError,
  type ClientErrorDetails,
  isLedgerError,
  StepledgerError,
  type StepledgerErrorCode,
  type StepledgerErrorDetails,
} from './errors/stepledger-error.ts';
export { toStepledgerError } from './errors/to-stepledger-error.ts';
export type {
  CompleteExchange,
  ExchangeHandle,
  FailExchange,
  ParseInput,
  ParseResult,
} from './exchanges/exchange-handle.ts';
export type { FetchFunction } from './http/checked-fetch.ts';
export type { ConnectionEvent } from './live/subscribe.ts';
export type { SpoolOptions, StepledgerOptions } from './options.ts';
export type { PromptRenderer } from './prompts/renderer.ts';
export type { MessageInput, PromptInput, StoredPrompt } from './prompts/resolve-prompt.ts';
export type { BodyDecoder, CreateBodyDecoder } from './recording/body-decoder.ts';
export type { HeaderPairs } from './recording/header-pairs.ts';
export { providerOf } from './recording/protocols/find-protocol.ts';
export type { FlushOptions } from './recording/recorder.ts';
export type { DocumentComparison } from './reparse/compare-document.ts';
export { textOfExchange } from './reparse/exchange-text.ts';
export type { ReparsedExchange, ReparseInput, ReparseReport } from './reparse/reparse.ts';
export type { ReplayOptions, ReplaySource } from './replay/replay.ts';
export type { RetryOptions } from './retries/retry-policy.ts';
export type { DiffSide, ForkInput, RunDiffInput, RunHandle } from './runs/run-handle.ts';
export type { RunView } from './runs/run-view.ts';
export type { Search, SearchHit, SearchInput, SearchPage, SearchResults } from './search/search.ts';
export type { LedgerHandles, Stepledger } from './stepledger.ts';
export type {
  OpenExchange,
  RecordInput,
  RecordingFetchOptions,
  RecordResult,
  StepHandle,
} from './steps/step-handle.ts';
export type { StepLike } from './steps/step-ref.ts';
export { type CheckedExport, checkExport } from './transfers/check-export.ts';
export type { ExportOptions, ExportProgress, ExportScope } from './transfers/export-lines.ts';
export { type PartialExport, readExport } from './transfers/export-state.ts';
export type { FolderOptions } from './transfers/folder/folder-files.ts';
export type { FolderFile } from './transfers/folder/folder-text.ts';
export type { ImportOptions } from './transfers/import-lines.ts';
export type {
  ImportAction,
  ImportedUnit,
  ImportProgress,
  ImportReport,
} from './transfers/import-report.ts';
export type { OnConflict } from './transfers/plan-unit.ts';
export type { Chunks } from './transfers/split-lines.ts';
export type { Transfers } from './transfers/transfers.ts';
