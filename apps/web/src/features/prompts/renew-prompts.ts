interface Asked {
  state: { status: string };
}

/**
 * What is done to prompts is no entry of any run, so that nothing tells of it: while it is looked at, it is asked for.
 * What failed waits until a person or the connection asks for it again.
 */
export function renewEvery(ms: number): (query: Asked) => number | false {
  return ({ state }) => (state.status === 'error' ? false : ms);
}
