import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../errors.ts';

const LOOK_MS = 100;
/** Looks in a row that find the body held back. */
const MOST_LOOKS = 5;

/**
 * What is awaited while a parser reads a body; rejects with `bad_multipart` where the parser reads no further though there
 * is more, or nothing more will come. To be used only while nobody else could be what it waits for.
 *
 * The parser of multipart bodies (@fastify/busboy 3.2) waits for ever for the end of a part whose headers have none.
 */
export async function unlessStalled<Value>(body: IncomingMessage, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_resolve, reject) => {
    let looks = 0;
    timer = setInterval(() => {
      looks = isHeldBack(body) ? looks + 1 : 0;
      if (looks === MOST_LOOKS) reject(new ServiceError('bad_multipart', 'a part of the body has no end'));
    }, LOOK_MS);
  });
  try {
    return await Promise.race([work, stalled]);
  } finally {
    clearInterval(timer);
  }
}

function isHeldBack(body: IncomingMessage): boolean {
  return body.complete || (body.readableLength > 0 && body.readableFlowing === false);
}
