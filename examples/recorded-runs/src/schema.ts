import { z } from 'zod';

/**
 * The shape of the recorded files. Every object is strict: a field that is not known here stops the load, so
 * that nothing of a line can be dropped in silence.
 */
const sourceSchema = z.strictObject({
  repo: z.string(),
  commit: z.string(),
  path: z.string(),
  licence: z.string(),
});

const messageSchema = z.strictObject({
  role: z.string(),
  content: z.string(),
  /** Marks a demonstration that was put in front of the task. */
  isDemo: z.boolean().optional(),
});

const toolCallSchema = z.strictObject({
  id: z.string(),
  type: z.string(),
  function: z.strictObject({ name: z.string(), arguments: z.string() }),
});

const failedAttemptSchema = z.strictObject({
  error: z.string().optional(),
  httpStatus: z.int().optional(),
  rawResponse: z.string().optional(),
  at: z.string().optional(),
});

const recordedExchangeSchema = z
  .strictObject({
    prompt: z.strictObject({ system: z.string().optional(), user: z.string() }),
    model: z.string().nullable(),
    rawResponse: z.string(),
    /** When it was recorded, with the offset of the place: kept as it is written. */
    at: z.string().optional(),
    recordedInCommit: z.string().optional(),
    usage: z
      .strictObject({
        inputTokens: z.int().optional(),
        outputTokens: z.int().optional(),
        totalTokens: z.int().optional(),
      })
      .optional(),
    promptTemplate: z.string().optional(),
    /** The first n exchanges of the step were sent again before this prompt. */
    history: z.int().min(0).optional(),
    /** The new messages, where there was more than the user's one. */
    messages: z.array(messageSchema).min(1).optional(),
    toolCalls: z.array(toolCallSchema).optional(),
    /** Step name and index of the exchanges whose answers this prompt was built on. */
    derivedFrom: z.array(z.tuple([z.string(), z.int().min(0)])).optional(),
    failedAttempts: z.array(failedAttemptSchema).min(1).optional(),
  })
  .refine(({ messages, prompt }) => messages === undefined || messages.at(-1)?.content === prompt.user, {
    path: ['messages'],
    message: 'must end with the text of prompt.user',
  });
export type RecordedExchange = z.infer<typeof recordedExchangeSchema>;

const recordedDocumentSchema = z.strictObject({
  kind: z.string(),
  title: z.string(),
  text: z.string(),
  path: z.string().optional(),
  fromExchange: z.int().min(0).optional(),
});
export type RecordedDocument = z.infer<typeof recordedDocumentSchema>;

const recordedStepSchema = z
  .strictObject({
    name: z.string(),
    conversation: z.string().optional(),
    exchanges: z.array(recordedExchangeSchema),
    documents: z.array(recordedDocumentSchema),
  })
  .superRefine(({ exchanges, documents }, context) => {
    for (const [index, { history = 0 }] of exchanges.entries()) {
      if (history > index) {
        context.addIssue({
          code: 'custom',
          path: ['exchanges', index, 'history'],
          message: 'reaches past the exchanges before it',
        });
      }
    }
    let last = 0;
    for (const [index, { fromExchange = exchanges.length }] of documents.entries()) {
      const path = ['documents', index, 'fromExchange'];
      if (fromExchange > exchanges.length)
        context.addIssue({ code: 'custom', path, message: 'names no exchange' });
      // The ledger keeps documents in the order of writing, and those of one exchange are written together.
      if (fromExchange < last) context.addIssue({ code: 'custom', path, message: 'is out of order' });
      last = fromExchange;
    }
  });
export type RecordedStep = z.infer<typeof recordedStepSchema>;

export const recordedRunSchema = z.strictObject({
  source: sourceSchema,
  workflow: z.strictObject({
    name: z.string(),
    goal: z.string().nullable(),
    /** The recorder's own word, such as `submitted`. */
    status: z.string().nullable().optional(),
  }),
  steps: z.array(recordedStepSchema),
});
/** One line of a file of runs. */
export type RecordedRun = z.infer<typeof recordedRunSchema>;

export const recordedPromptSchema = z.strictObject({
  source: sourceSchema,
  set: z.string(),
  step: z.string().nullable(),
  name: z.string(),
  role: z.string(),
  syntax: z.string(),
  text: z.string(),
  variables: z.array(z.string()),
  /** The same template as its source wrote it, line by line. */
  lines: z.array(z.string()).optional(),
  /** The two roles that talk, in a prompt between agents. */
  assistant: z.string().optional(),
  user: z.string().optional(),
});
/** One line of `prompts.jsonl`. */
export type RecordedPrompt = z.infer<typeof recordedPromptSchema>;
