import { type ComponentType, createElement, use } from 'react';

/** Code of the page that could not be fetched: nobody answers, or the server has another version of it by now. */
export class PartNotLoaded extends Error {
  override readonly name = 'PartNotLoaded';
  /** Has the next drawing fetch it anew. */
  readonly forget: () => void;

  constructor(cause: unknown, forget: () => void = () => undefined) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.forget = forget;
  }
}

export interface LazyPart<Props> {
  (props: Props): ReturnType<typeof createElement>;
  /** Fetches the code before it is drawn; the router calls it. */
  preload: () => Promise<void>;
}

/**
 * A component whose code is fetched when it is first drawn.
 *
 * Unlike React's `lazy` it can be tried again after a failure, and unlike the router's it does not reload the page by
 * itself, which shows nothing at all while the server is away.
 */
export function lazyPart<Props extends object>(load: () => Promise<ComponentType<Props>>): LazyPart<Props> {
  let loading: Promise<ComponentType<Props>> | undefined;
  let loaded: ComponentType<Props> | undefined;
  const forget = () => {
    loading = undefined;
  };
  const start = () => {
    // A failure is kept until it was shown: each drawing would begin anew otherwise, without end.
    loading ??= load().then(
      (component) => {
        loaded = component;
        return component;
      },
      (error: unknown) => {
        throw new PartNotLoaded(error, forget);
      },
    );
    return loading;
  };
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each, where React's `lazy` would be.
  function Part(props: Props) {
    return createElement(loaded ?? use(start()), props);
  }
  return Object.assign(Part, { preload: () => start().then(() => undefined, forget) });
}

/** A module that is fetched when it is needed. */
export async function loadModule<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    throw new PartNotLoaded(error);
  }
}
