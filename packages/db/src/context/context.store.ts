import type { ContextService } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { buildContext } from './context.build.ts';

export function createContextStore(context: StoreContext): ContextService {
  return { build: (input) => buildContext(context, input) };
}
