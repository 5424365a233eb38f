/** What is done to prompts is no entry of any run, so that nothing tells of it: while it is looked at, it is asked for. */
export const PROMPTS_RENEW_MS = 1_000;
