/** What its developer adds to an SDK that retries nothing: tries a call that was refused with 429 once more. */
export async function retryRateLimit<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const isRateLimit = error instanceof Error && 'status_code' in error && error.status_code === 429;
    if (!isRateLimit) throw error;
    return call();
  }
}
