import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type CliResult, runCli } from '../run-cli.ts';
import type { Seen, ToldCall } from './ask.ts';

/** A call that a program makes of an LLM; its body is sent as it is. */
export type ProgramCall = Omit<ToldCall, 'hex'> & { body?: string | Uint8Array };

const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** A program that makes calls one after another by urllib. It tells loudly where there is no Python. */
export function pythonProgram(calls: ProgramCall[], { exit = 0 } = {}): string[] {
  try {
    execFileSync('python3', ['--version'], { stdio: 'pipe' });
  } catch (cause) {
    throw new Error('These tests record a Python program: install python3 (apt-get install python3)', {
      cause,
    });
  }
  return ['python3', fileOf('./ask.py'), tell(calls, exit)];
}

/** A program that makes calls all at once by fetch. */
export function nodeProgram(calls: ProgramCall[], { exit = 0 } = {}): string[] {
  return [process.execPath, fileOf('./ask.ts'), tell(calls, exit)];
}

/** An empty directory, gone after the test. */
export function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'stepledger-record-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function tell(calls: ProgramCall[], exit: number): string {
  const told = calls.map(
    ({ body, ...call }): ToldCall => ({
      ...call,
      ...(body !== undefined && { hex: Buffer.from(body).toString('hex') }),
    }),
  );
  const file = join(makeDirectory(), 'calls.json');
  writeFileSync(file, JSON.stringify({ calls: told, exit }));
  return file;
}

export interface RecordOptions {
  /** The server of the ledger. */
  url: string;
  /** Where all providers are. */
  llmUrl: string;
  program: string[];
  flags?: string[];
  env?: Record<string, string>;
  cwd?: string;
}

export interface Recorded extends CliResult {
  seen: Seen[];
}

/** The flags that lead to one endpoint for all providers. */
export function upstreamFlags(llmUrl: string): string[] {
  return ['--openai', `${llmUrl}/v1`, '--anthropic', llmUrl, '--google', llmUrl, '--ollama', llmUrl];
}

/** Records a program that prints what it saw. */
export async function record({
  url,
  llmUrl,
  program,
  flags = [],
  env,
  cwd,
}: RecordOptions): Promise<Recorded> {
  const args = ['record', ...upstreamFlags(llmUrl), ...flags, '--', ...program];
  const result = await runCli(args, { url, cwd: cwd ?? makeDirectory(), env });
  return { ...result, seen: readSeen(result.stdout) };
}

function readSeen(stdout: string): Seen[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Seen);
}
