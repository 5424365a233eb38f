import { ApiKeyEntity } from './api-keys/api-key.entity.ts';
import { BlobEntity } from './blobs/blob.entity.ts';
import { ChunkChildEntity, ChunkEntity } from './blobs/chunk.entity.ts';
import { DocumentEntity, DocumentVersionEntity } from './documents/document.entity.ts';
import { EntryEntity } from './entries/entry.entity.ts';
import {
  ExchangeAttemptEntity,
  ExchangeChunkEntity,
  ExchangeEntity,
  MessageEntity,
} from './exchanges/exchange.entity.ts';
import { LinkAcceptEntity, LinkEntity } from './links/link.entity.ts';
import { ParseEntity } from './parses/parse.entity.ts';
import { ProjectEntity } from './projects/project.entity.ts';
import {
  PromptEntity,
  PromptLabelEntity,
  PromptVersionEntity,
  RunPromptEntity,
} from './prompts/prompt.entity.ts';
import { RequestEntity } from './requests/request.entity.ts';
import { RunEntity, RunStateEntity } from './runs/run.entity.ts';
import {
  SearchBucketEntity,
  SearchChunkEntity,
  SearchMessageEntity,
  SearchPendingEntity,
  SearchWordEntity,
} from './search/search.entity.ts';
import { StepEntity, StepStateEntity } from './steps/step.entity.ts';
import { WorkflowEntity, WorkflowVersionEntity } from './workflows/workflow.entity.ts';

export const ENTITIES = [
  ProjectEntity,
  ApiKeyEntity,
  RequestEntity,
  BlobEntity,
  ChunkEntity,
  ChunkChildEntity,
  WorkflowEntity,
  WorkflowVersionEntity,
  PromptEntity,
  PromptVersionEntity,
  PromptLabelEntity,
  RunEntity,
  RunStateEntity,
  RunPromptEntity,
  StepEntity,
  StepStateEntity,
  MessageEntity,
  ExchangeEntity,
  ExchangeAttemptEntity,
  ExchangeChunkEntity,
  ParseEntity,
  DocumentEntity,
  DocumentVersionEntity,
  LinkEntity,
  LinkAcceptEntity,
  EntryEntity,
  SearchChunkEntity,
  SearchBucketEntity,
  SearchMessageEntity,
  SearchWordEntity,
  SearchPendingEntity,
] as const;
