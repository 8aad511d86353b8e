/** One part of a multipart body, its headers as they are sent. */
export interface Part {
  readonly headers: readonly string[];
  readonly body: Uint8Array | string;
}

/** Those of the part that holds the picture. */
export const FILE_HEADERS = ['Content-Disposition: form-data; name="file"; filename="a"'];

/** A multipart body, byte for byte. */
export function multipart(parts: readonly Part[], boundary = 'x'): Buffer {
  const pieces = parts.flatMap(({ headers, body }) => [
    Buffer.from(`--${boundary}\r\n${headers.join('\r\n')}\r\n\r\n`, 'latin1'),
    typeof body === 'string' ? Buffer.from(body, 'latin1') : body,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

/** A whole `POST /upload` with that body, whose connection ends with it. */
export function postRequest(body: Uint8Array, options: { type?: string } = {}): Buffer {
  const { type = 'multipart/form-data; boundary=x' } = options;
  const head = `POST /upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}
