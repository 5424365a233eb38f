import { setTimeout as sleep } from 'node:timers/promises';

/** One way of doing the same work. */
export interface Contender {
  readonly name: string;
  /** Does the work once; `turn` differs each time. */
  run(turn: number): Promise<unknown>;
}

export interface Measured {
  readonly name: string;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Speed against the first contender, as the median of the rounds' ratios. */
  readonly ratio: number;
}

/** Counts over all measurements of a process, so that no two turns write the same. */
let turn = 0;

interface MeasureOptions {
  readonly rounds: number;
  readonly turnsPerRound: number;
  /** How many turns are under way at once. */
  readonly writers: number;
  /** Between the end of a turn and the next one, and not part of either. Default 0. */
  readonly pauseMs?: number;
}

/**
 * Times contenders in turn, round by round, so that a machine whose speed drifts treats them alike: quote the ratios,
 * not the milliseconds.
 */
export async function measure(
  contenders: readonly Contender[],
  { rounds, turnsPerRound, writers, pauseMs = 0 }: MeasureOptions,
): Promise<Measured[]> {
  const timings = contenders.map(() => ({ perTurn: [] as number[], perRound: [] as number[] }));
  for (let round = -1; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const perTurn: number[] = [];
      const started = performance.now();
      const one = async (): Promise<void> => {
        for (let i = 0; i < turnsPerRound / writers; i++) {
          const begun = performance.now();
          await contender.run(turn++);
          perTurn.push(performance.now() - begun);
          if (pauseMs > 0) await sleep(pauseMs);
        }
      };
      await Promise.all(Array.from({ length: writers }, one));
      // The first round warms up.
      if (round < 0) continue;
      timings[index]?.perTurn.push(...perTurn);
      const busyMs = perTurn.reduce((sum, ms) => sum + ms, 0);
      timings[index]?.perRound.push(pauseMs > 0 ? busyMs : performance.now() - started);
    }
  }
  const first = timings[0]?.perRound ?? [];
  return contenders.map(({ name }, index) => {
    const { perTurn = [], perRound = [] } = timings[index] ?? {};
    return {
      name,
      medianMs: quantile(perTurn, 0.5),
      p95Ms: quantile(perTurn, 0.95),
      p99Ms: quantile(perTurn, 0.99),
      ratio: quantile(
        perRound.map((ms, round) => (first[round] ?? Number.NaN) / ms),
        0.5,
      ),
    };
  });
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function print(title: string, measured: readonly Measured[]): void {
  console.log(`\n${title}`);
  console.table(
    Object.fromEntries(
      measured.map(({ name, medianMs, p95Ms, p99Ms, ratio }) => [
        name,
        {
          'median ms': medianMs.toFixed(2),
          'p95 ms': p95Ms.toFixed(2),
          'p99 ms': p99Ms.toFixed(2),
          speed: ratio.toFixed(2),
        },
      ]),
    ),
  );
}
