import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './test-server.ts';

/** Breaks the connection before an answer. */
export const hangUp: Fault = (request) => {
  request.socket.destroy();
  return 'taken';
};

/** Lets the server do what is asked, then breaks the connection in the place of the answer. */
export const loseAnswer: Fault = (request, response) => {
  response.write = () => {
    request.socket.destroy();
    return true;
  };
  return 'through';
};

/** Lets so many chunks of the answer pass and breaks the connection in the middle of the next. */
export function cutAfter(chunks: number): Fault {
  return (request, response) => {
    let left = chunks;
    const write = response.write.bind(response);
    response.write = (chunk: unknown) => {
      if (left-- > 0) return write(chunk);
      request.socket.destroy();
      return true;
    };
    return 'through';
  };
}

/** Answers as something else than a Stepledger server does. */
export function answerWith(status: number, type: string, body: string): Fault {
  return (request, response) => {
    request.resume();
    response.removeHeader('x-stepledger-api');
    response.writeHead(status, { 'content-type': type }).end(body);
    return 'taken';
  };
}

/** Accepts and never answers. */
export const neverAnswer: Fault = () => 'taken';

export function delay(ms: number): Fault {
  return async (): Promise<'through'> => {
    await sleep(ms);
    return 'through';
  };
}
