import type { Socket } from 'node:net';
import { type ErrorCode, ServiceError } from '../errors.ts';
import { errorAnswer } from './error-response.ts';
import { jsonText } from './json-text.ts';

/** What Node's HTTP parser refuses, by its error codes; anything else is a plain bad request. */
const CODES: Readonly<Record<string, { code: ErrorCode; message: string; reason: string }>> = {
  HPE_HEADER_OVERFLOW: {
    code: 'headers_too_large',
    message: 'the headers have more than 16384 bytes',
    reason: 'Request Header Fields Too Large',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    code: 'request_timeout',
    message: 'the request took too long to arrive',
    reason: 'Request Timeout',
  },
};
const BAD_REQUEST = { code: 'bad_request', message: 'this is not HTTP', reason: 'Bad Request' } as const;

/** Answers a connection whose bytes are no request, then closes it. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { code, message, reason } = CODES[error.code ?? ''] ?? BAD_REQUEST;
  const { status, body } = errorAnswer(new ServiceError(code, message));
  const text = jsonText(body);
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/json; charset=utf-8\r\ncache-control: no-store\r\n` +
      `x-content-type-options: nosniff\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}
