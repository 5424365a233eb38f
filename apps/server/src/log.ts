import { type DestinationStream, type Logger, pino } from 'pino';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** A log of one JSON object a line, to standard output unless told otherwise. */
export function createLog(level: LogLevel, destination?: DestinationStream): Logger {
  const options = { level, base: { name: 'stepledger' }, timestamp: pino.stdTimeFunctions.isoTime };
  return destination === undefined ? pino(options) : pino(options, destination);
}
