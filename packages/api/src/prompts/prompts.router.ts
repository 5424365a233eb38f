import {
  deletedPromptSchema,
  deletePromptInput,
  diffPromptInput,
  getPromptInput,
  listPromptsInput,
  promptHistoryInput,
  promptLabelSchema,
  promptPageSchema,
  promptSchema,
  promptUsageInput,
  promptUsagePageSchema,
  promptUsePageSchema,
  promptUsesInput,
  putPromptInput,
  removePromptLabelInput,
  renderedPromptSchema,
  renderPromptInput,
  savedPromptSchema,
  setPromptLabelInput,
  textDiffSchema,
} from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const promptsRouter = router({
  /**
   * Saves a predefined prompt as its next version, unless the newest one is the same already.
   *
   * The template's text is opaque and comes back as it went in. Refuses with VERSION_CONFLICT when
   * `expectedVersion` is no longer the newest; nothing is then stored. A retry is safe.
   */
  put: procedure({
    summary: 'Save the next version of a predefined prompt, unless it is the same.',
    access: 'write',
    errors: ['VERSION_CONFLICT'],
  })
    .input(putPromptInput)
    .output(savedPromptSchema)
    .mutation(({ ctx, input }) => ctx.services.prompts.put(input)),

  /** Reads one version of a prompt by number or label, else the newest; NOT_FOUND when there is none. */
  get: procedure({
    summary: 'Read a prompt by version, by label or at its newest.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(getPromptInput)
    .output(promptSchema)
    .query(({ ctx, input }) => ctx.services.prompts.get(input)),

  /**
   * Lists the prompts of this project at their newest versions, page by page.
   *
   * With their templates, unless `withTemplate` is false.
   */
  list: procedure({
    summary: 'List the prompts at their newest versions.',
    access: 'read',
    errors: [],
  })
    .input(listPromptsInput)
    .output(promptPageSchema)
    .query(({ ctx, input }) => ctx.services.prompts.list(input)),

  /**
   * Lists every version of a prompt, page by page; NOT_FOUND when there is none.
   *
   * With their templates, unless `withTemplate` is false.
   */
  history: procedure({
    summary: 'List every version of a prompt.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(promptHistoryInput)
    .output(promptPageSchema)
    .query(({ ctx, input }) => ctx.services.prompts.history(input)),

  /**
   * Lists every version of a prompt with what came of it, the newest first: when it was used last, how many exchanges
   * were made from it, how they ended and were read.
   *
   * Of each version the newest 1,000 exchanges are counted; what came with a fork is counted in the run that it came
   * from. NOT_FOUND when there is no such prompt.
   */
  usage: procedure({
    summary: 'List the versions of a prompt with what came of each.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(promptUsageInput)
    .output(promptUsagePageSchema)
    .query(({ ctx, input }) => ctx.services.prompts.usage(input)),

  /** Lists the exchanges that were made from a version of a prompt, the newest first; NOT_FOUND when there is none. */
  uses: procedure({
    summary: 'List where a version of a prompt was used.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(promptUsesInput)
    .output(promptUsePageSchema)
    .query(({ ctx, input }) => ctx.services.prompts.uses(input)),

  /** Compares two versions of a prompt line by line; NOT_FOUND when one of them does not exist. */
  diff: procedure({
    summary: 'Compare two versions of a prompt line by line.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(diffPromptInput)
    .output(textDiffSchema)
    .query(({ ctx, input }) => ctx.services.prompts.diff(input)),

  /**
   * Points a label such as `production` at a version of a prompt, also one that stood elsewhere.
   *
   * A run that used the label before keeps the version it found. NOT_FOUND when the version does not exist. A
   * retry is safe.
   */
  setLabel: procedure({
    summary: 'Point a label at a version of a prompt.',
    access: 'write',
    errors: ['NOT_FOUND'],
  })
    .input(setPromptLabelInput)
    .output(promptLabelSchema)
    .mutation(({ ctx, input }) => ctx.services.prompts.setLabel(input)),

  /** Takes a label off a prompt; NOT_FOUND when it has none of that name. A retry with the same key is safe. */
  removeLabel: procedure({
    summary: 'Take a label off a prompt.',
    access: 'write',
    errors: ['NOT_FOUND'],
  })
    .input(removePromptLabelInput)
    .output(promptLabelSchema)
    .mutation(({ ctx, input }) => ctx.services.prompts.removeLabel(input)),

  /**
   * Fills a prompt's variables in and answers the messages to send; nothing is stored.
   *
   * NOT_FOUND when the prompt does not exist, UNSUPPORTED_SYNTAX when its syntax is stored but not rendered here,
   * BAD_INPUT when a variable that it needs is missing.
   */
  render: procedure({
    summary: 'Fill in the variables of a prompt.',
    access: 'read',
    errors: ['NOT_FOUND', 'UNSUPPORTED_SYNTAX'],
  })
    .input(renderPromptInput)
    .output(renderedPromptSchema)
    .query(({ ctx, input }) => ctx.services.prompts.render(input)),

  /**
   * Deletes a prompt and its labels; its versions stay for its history and for the exchanges made from them.
   *
   * Putting the name again brings it back, with the next version but without its labels. It needs admin access. NOT_FOUND when there is none. A retry with the same
   * idempotency key is safe.
   */
  delete: procedure({
    summary: 'Delete a prompt with its versions and labels.',
    access: 'admin',
    errors: ['NOT_FOUND'],
  })
    .input(deletePromptInput)
    .output(deletedPromptSchema)
    .mutation(({ ctx, input }) => ctx.services.prompts.delete(input)),
});
