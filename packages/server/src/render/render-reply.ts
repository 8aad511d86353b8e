import { ServiceError } from '../errors.ts';
import type { RenderResult } from './protocol.ts';
import type { RenderReply } from './render-process.ts';

/** A reply to a job that had reached its process. */
export type SentReply = Exclude<RenderReply, { kind: 'unsent' }>;

/** What came of a job, or the `ServiceError` that says why nothing did. */
export function resultOfReply(reply: SentReply, deadlineMs: number): RenderResult {
  if (reply.kind === 'ended') throw processEnded(reply, deadlineMs);
  if ('failure' in reply.answer)
    throw new ServiceError(reply.answer.failure.code, reply.answer.failure.message);
  return reply.answer.result;
}

function processEnded({ end }: Extract<SentReply, { kind: 'ended' }>, deadlineMs: number): ServiceError {
  if (end.reason === 'abandoned') return clientGone();
  if (end.reason === 'deadline') {
    const message = `the render was not done within ${deadlineMs} ms`;
    return new ServiceError('render_deadline', message, { retryAfterSeconds: Math.ceil(deadlineMs / 1000) });
  }
  const message = 'the render process ended while it worked on this picture';
  return new ServiceError('render_crashed', message, { retryAfterSeconds: 1 });
}

/** The one who asked has left: nobody reads this error but those who count it. */
export function clientGone(): ServiceError {
  return new ServiceError('client_gone', 'the client left before the render was done');
}

/** Was it the picture's doing? A signal that we did not send, while the process worked on it. */
export function isDeathBySignal(reply: SentReply): boolean {
  return reply.kind === 'ended' && reply.end.reason === 'crashed' && reply.end.signal !== null;
}
