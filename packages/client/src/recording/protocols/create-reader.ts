import { Answer } from './answer.ts';
import {
  createEventSink,
  createLineSink,
  createSniffingSink,
  createWholeSink,
  type TextSink,
} from './framing.ts';
import { isRecord, type JsonRecord, parseJson } from './json.ts';
import type { AnswerReader } from './protocol.ts';

/** How a protocol puts an answer into JSON. An `error` in it is looked for before. */
export interface AnswerFormat {
  /** Reads one value of a stream and sets `isEnded` at the end mark. */
  readPart(part: JsonRecord, answer: Answer): void;
  /** Reads a body that is one object; it has ended. */
  readWhole(body: JsonRecord, answer: Answer): void;
  /** A stream's value that is no JSON and ends it. */
  endMark?: string;
}

/**
 * Reads answers that are server-sent events or one JSON value: the first character tells them apart, since not every
 * server names the content type.
 *
 * Holds at most 16 MiB characters of one event or body, and as many of the text: both in all kinds of reader.
 */
export function createEventReader(format: AnswerFormat): AnswerReader {
  const answer = new Answer();
  const sink = createSniffingSink((first) =>
    first === '{' || first === '['
      ? createWholeSink((text) => readWhole(text, format, answer))
      : createEventSink((data) => readPart(data, format, answer)),
  );
  return toReader(answer, sink);
}

/** Reads answers that are lines of JSON, or one JSON value where the content type says so. */
export function createLineReader(format: AnswerFormat, contentType: string): AnswerReader {
  const answer = new Answer();
  const isWhole = /^application\/json\b/i.test(contentType);
  const sink = isWhole
    ? createWholeSink((text) => readWhole(text, format, answer))
    : createLineSink((line) => readPart(line, format, answer));
  return toReader(answer, sink);
}

function toReader(answer: Answer, sink: TextSink): AnswerReader {
  // One for the whole body: a chunk may end inside a character.
  const decoder = new TextDecoder();
  return {
    push: (bytes) => sink.push(decoder.decode(bytes, { stream: true })),
    end() {
      sink.push(decoder.decode());
      sink.end();
      answer.isEnded ||= answer.isSaid;
    },
    get complete() {
      return answer.isEnded && answer.failure === undefined;
    },
    get failure() {
      return answer.failure;
    },
    get text() {
      return answer.text;
    },
    get model() {
      return answer.model;
    },
    get usage() {
      return answer.usage;
    },
  };
}

function readPart(text: string, format: AnswerFormat, answer: Answer): void {
  if (text === format.endMark) answer.isEnded = true;
  else readValue(parseJson(text), answer, format.readPart);
}

/** A body that is a list is a stream whose values come as one. */
function readWhole(text: string, format: AnswerFormat, answer: Answer): void {
  const body = parseJson(text);
  if (Array.isArray(body)) {
    for (const part of body) readValue(part, answer, format.readPart);
    answer.isEnded = true;
  } else readValue(body, answer, format.readWhole);
}

function readValue(value: unknown, answer: Answer, read: AnswerFormat['readPart']): void {
  if (!isRecord(value)) return;
  const { error } = value;
  if (error !== undefined && error !== null) answer.fail(error);
  read(value, answer);
}
