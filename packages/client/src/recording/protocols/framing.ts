import { LIMITS } from '@stepledger/contract';
import { createParser } from 'eventsource-parser';

/** Takes a text in pieces that are cut anywhere. */
export interface TextSink {
  push(text: string): void;
  end(): void;
}

/** Nothing longer is held. A longer line is passed over; after a longer event or body nothing more is read. */
const MAX_HELD_LENGTH = LIMITS.maxTextBytes;

/** Finds the data of server-sent events; a last one that no empty line follows counts as well. */
export function createEventSink(onData: (data: string) => void): TextSink {
  let isOverfull = false;
  const parser = createParser({
    maxBufferSize: MAX_HELD_LENGTH,
    onEvent: ({ data }) => onData(data),
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') isOverfull = true;
    },
  });
  const push = (text: string) => {
    if (!isOverfull) parser.feed(text);
  };
  return { push, end: () => push('\n\n') };
}

/** Finds lines; a last one that no line feed follows counts as well. */
export function createLineSink(onLine: (line: string) => void): TextSink {
  let held: string[] = [];
  let length = 0;
  const hold = (text: string) => {
    length += text.length;
    if (length <= MAX_HELD_LENGTH) held.push(text);
    else held = [];
  };
  const release = () => {
    if (length > 0 && length <= MAX_HELD_LENGTH) onLine(held.join(''));
    held = [];
    length = 0;
  };
  return {
    push(text) {
      let start = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
        hold(text.slice(start, end));
        release();
        start = end + 1;
      }
      if (start < text.length) hold(text.slice(start));
    },
    end: release,
  };
}

/** Waits for all of it. */
export function createWholeSink(onWhole: (text: string) => void): TextSink {
  let held: string[] = [];
  let length = 0;
  return {
    push(text) {
      length += text.length;
      if (length <= MAX_HELD_LENGTH) held.push(text);
      else held = [];
    },
    end() {
      if (length <= MAX_HELD_LENGTH) onWhole(held.join(''));
      held = [];
    },
  };
}

/** Chooses by the first character that is no space. */
export function createSniffingSink(choose: (first: string) => TextSink): TextSink {
  let chosen: TextSink | null = null;
  return {
    push(text) {
      const first = chosen === null ? /\S/.exec(text)?.[0] : undefined;
      if (first !== undefined) chosen = choose(first);
      chosen?.push(text);
    },
    end: () => chosen?.end(),
  };
}
