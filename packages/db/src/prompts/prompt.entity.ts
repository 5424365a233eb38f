import { defineEntity } from '@mikro-orm/core';
import type { JsonObject } from '@stepledger/contract';
import { bytes, integer, json, text, texts, time, uuid } from '../columns.ts';

export const PromptEntity = defineEntity({
  name: 'Prompt',
  tableName: 'prompt',
  properties: {
    projectId: uuid().primary(),
    id: uuid().primary(),
    name: text(),
    headVersion: integer(),
    createdAt: time(),
    deletedAt: time().nullable(),
  },
});

/** Immutable. */
export const PromptVersionEntity = defineEntity({
  name: 'PromptVersion',
  tableName: 'prompt_version',
  properties: {
    projectId: uuid().primary(),
    promptId: uuid().primary(),
    version: integer().primary(),
    /** JSON text of `{ role, text }[]`: exact for every JavaScript string. */
    template: text(),
    syntax: text(),
    parameters: texts(),
    note: text().nullable(),
    metadata: json<JsonObject>(),
    contentHash: bytes(),
    at: time(),
  },
});

export const PromptLabelEntity = defineEntity({
  name: 'PromptLabel',
  tableName: 'prompt_label',
  properties: {
    projectId: uuid().primary(),
    promptId: uuid().primary(),
    label: text().primary(),
    version: integer(),
    at: time(),
  },
});

/** The version that a label meant when a run used it first; it stays that one for the run. */
export const RunPromptEntity = defineEntity({
  name: 'RunPrompt',
  tableName: 'run_prompt',
  properties: {
    projectId: uuid().primary(),
    runId: uuid().primary(),
    promptId: uuid().primary(),
    label: text().primary(),
    version: integer(),
    revision: integer(),
  },
});
