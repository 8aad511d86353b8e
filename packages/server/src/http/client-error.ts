import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ErrorCode, ServiceError } from '../errors.ts';
import { errorAnswer } from './error-response.ts';
import { jsonText } from './json-text.ts';
import { MAX_TARGET_BYTES } from './request-target.ts';

/** What Node's HTTP parser says of bytes that are no request. */
export type ParserError = Error & {
  readonly code?: string | undefined;
  readonly rawPacket?: unknown;
};

interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly reason: string;
  readonly header?: string;
}

const REQUEST_TIMEOUT: Refusal = {
  code: 'request_timeout',
  message: 'the request took too long to arrive',
  reason: 'Request Timeout',
};

/** By the parser's error codes; anything else is a plain bad request. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    code: 'headers_too_large',
    message: 'the headers have more than 16384 bytes',
    reason: 'Request Header Fields Too Large',
  },
  ERR_HTTP_REQUEST_TIMEOUT: REQUEST_TIMEOUT,
};
const BAD_REQUEST: Refusal = { code: 'bad_request', message: 'this is not HTTP', reason: 'Bad Request' };
const TARGET_TOO_LONG: Refusal = {
  code: 'target_too_long',
  message: `the address has more than ${MAX_TARGET_BYTES} bytes`,
  reason: 'URI Too Long',
};
const UNKNOWN_METHOD: Refusal = {
  code: 'method_not_allowed',
  message: 'this method is not possible anywhere here; expected GET, HEAD, POST, DELETE',
  reason: 'Method Not Allowed',
  header: 'allow: GET, HEAD, POST, DELETE\r\n',
};

/** Answers a connection whose bytes are no request, then closes it; the code, undefined where nobody was left to answer. */
export function answerClientError(error: ParserError, socket: Socket): ErrorCode | undefined {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return undefined;
  }
  const refusal = refusalOf(error);
  refuse(socket, refusal);
  return refusal.code;
}

/** Answers `CONNECT`, which Node's server gives to no route: this is no proxy. */
export function refuseConnect(socket: Duplex): void {
  // Whoever has gone meanwhile is nobody's failure.
  socket.on('error', () => {});
  refuse(socket, UNKNOWN_METHOD);
}

/** Answers a connection whose request does not come to its end, then closes it. */
export function answerTimeout(socket: Socket): void {
  refuse(socket, REQUEST_TIMEOUT);
}

/** How long a client may take to read the answer and close, in milliseconds. */
const CLOSE_GRACE_MS = 1000;

function refusalOf(error: ParserError): Refusal {
  const { rawPacket } = error;
  const beginning = Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1', 0, 2 * MAX_TARGET_BYTES) : '';
  const target = /^[A-Z]+ ([^\s]*)/.exec(beginning)?.[1] ?? '';
  if (error.code === 'HPE_HEADER_OVERFLOW' && target.length > MAX_TARGET_BYTES) return TARGET_TOO_LONG;
  if (error.code === 'HPE_INVALID_METHOD' && target.startsWith('/')) return UNKNOWN_METHOD;
  return REFUSALS[error.code ?? ''] ?? BAD_REQUEST;
}

function refuse(socket: Duplex, { code, message, reason, header = '' }: Refusal): void {
  const { status, body } = errorAnswer(new ServiceError(code, message));
  const text = jsonText(body);
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/json; charset=utf-8\r\ncache-control: no-store\r\n` +
      `x-content-type-options: nosniff\r\n${header}content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
  // A connection that is closed from this side alone lasts as long as the client likes.
  setTimeout(() => socket.destroy(), CLOSE_GRACE_MS).unref();
}
