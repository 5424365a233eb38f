import {
  apiKeyPageSchema,
  apiKeySchema,
  createApiKeyInput,
  createdApiKeySchema,
  getApiKeyInput,
  listApiKeysInput,
  revokeApiKeyInput,
  updateApiKeyInput,
} from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const apiKeysRouter = router({
  /**
   * Makes an API key of the current project and answers its text, which is shown this once.
   *
   * Only a hash is stored. Instance keys are made by the server's own command. A retry with the same
   * idempotency key is safe: it makes no second key.
   */
  create: procedure({
    summary: 'Make an API key of this project; its text is shown once.',
    access: 'admin',
    errors: [],
  })
    .input(createApiKeyInput)
    .output(createdApiKeySchema)
    .mutation(({ ctx, input }) => ctx.services.apiKeys.create(input)),

  /** Reads what is known of an API key of this project, never its text; NOT_FOUND when there is none. */
  get: procedure({
    summary: 'Read what is known of an API key.',
    access: 'admin',
    errors: ['NOT_FOUND'],
  })
    .input(getApiKeyInput)
    .output(apiKeySchema)
    .query(({ ctx, input }) => ctx.services.apiKeys.get(input)),

  /** Lists the API keys of this project, page by page; revoked ones only when asked for. */
  list: procedure({
    summary: 'List the API keys of this project.',
    access: 'admin',
    errors: [],
  })
    .input(listApiKeysInput)
    .output(apiKeyPageSchema)
    .query(({ ctx, input }) => ctx.services.apiKeys.list(input)),

  /** Renames an API key, and so the actor of its entries to come; NOT_FOUND when there is none. A retry is safe. */
  update: procedure({
    summary: 'Rename an API key.',
    access: 'admin',
    errors: ['NOT_FOUND'],
  })
    .input(updateApiKeyInput)
    .output(apiKeySchema)
    .mutation(({ ctx, input }) => ctx.services.apiKeys.update(input)),

  /** Ends an API key for good, from its next call on; NOT_FOUND when there is none. A retry is safe. */
  revoke: procedure({
    summary: 'End an API key for good.',
    access: 'admin',
    errors: ['NOT_FOUND'],
  })
    .input(revokeApiKeyInput)
    .output(apiKeySchema)
    .mutation(({ ctx, input }) => ctx.services.apiKeys.revoke(input)),
});
