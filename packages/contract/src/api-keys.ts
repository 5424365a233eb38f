import { z } from 'zod';
import { idSchema, mutationInput, timeSchema } from './common.ts';
import { type Page, pageInput, pageOf } from './pages.ts';
import { identifierSchema } from './texts.ts';

/** What a key may do; each holds the ones before it. */
export const ACCESS_LEVELS = ['read', 'write', 'admin'] as const;
export const accessSchema = z.enum(ACCESS_LEVELS);
export type Access = z.infer<typeof accessSchema>;

export const apiKeySchema = z.strictObject({
  id: idSchema,
  name: identifierSchema,
  access: accessSchema,
  /** An instance key belongs to no project; it makes projects and may work in each. */
  instance: z.boolean(),
  createdAt: timeSchema,
  expiresAt: timeSchema.nullable(),
  revokedAt: timeSchema.nullable(),
});
/** What is known of an API key. Its text is shown once, when it is made; only a hash is stored. */
export type ApiKey = z.infer<typeof apiKeySchema>;

export const createApiKeyInput = z.strictObject({
  ...mutationInput,
  name: identifierSchema,
  access: accessSchema.default('write'),
  expiresAt: timeSchema.optional(),
});
export const createdApiKeySchema = apiKeySchema.extend({
  /** The key itself, `sl_<project>_<secret><checksum>`. This is the only time it is shown. */
  key: z.string(),
});
export type CreatedApiKey = z.infer<typeof createdApiKeySchema>;

export const getApiKeyInput = z.strictObject({ id: idSchema });
export const listApiKeysInput = z.strictObject({ ...pageInput, includeRevoked: z.boolean().default(false) });
export const updateApiKeyInput = z.strictObject({ ...mutationInput, id: idSchema, name: identifierSchema });
export const revokeApiKeyInput = z.strictObject({ ...mutationInput, id: idSchema });
export const apiKeyPageSchema = pageOf(apiKeySchema);

export interface ApiKeysService {
  create(input: z.output<typeof createApiKeyInput>): Promise<CreatedApiKey>;
  get(input: z.output<typeof getApiKeyInput>): Promise<ApiKey>;
  list(input: z.output<typeof listApiKeysInput>): Promise<Page<ApiKey>>;
  update(input: z.output<typeof updateApiKeyInput>): Promise<ApiKey>;
  revoke(input: z.output<typeof revokeApiKeyInput>): Promise<ApiKey>;
}
