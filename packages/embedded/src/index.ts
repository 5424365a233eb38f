export type { Log } from '@stepledger/api';
export { createEmbedded, type EmbeddedOptions, type EmbeddedStepledger } from './create-embedded.ts';
