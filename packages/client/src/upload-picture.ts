/** What the server says of a picture that it has stored. */
export interface Uploaded {
  /** 40 hex digits that name it. */
  readonly hash: string;
  /** Upright, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly format: string;
  readonly bytes: number;
  /** Its target, without the server's address. */
  readonly url: string;
}

export interface UploadOptions {
  /** An API key or, in a page, an upload token that your own server has issued (`POST /upload-tokens`). */
  readonly token?: string;
  /** Called while the body is sent, where there is an `XMLHttpRequest` (in pages): from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/** The server did not take an upload. */
export class UploadError extends Error {
  override readonly name = 'UploadError';
  /** The server's own code (`too_many_bytes`, `not_a_picture`, ...); `unknown` where none came. */
  readonly code: string;
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Posts a picture to the address of an upload. Rejects with an `UploadError`, or with the signal's reason. */
export async function uploadPicture(url: string, file: Blob, options: UploadOptions): Promise<Uploaded> {
  options.signal?.throwIfAborted();
  const body = new FormData();
  body.append('file', file, 'picture');
  const canTellProgress = options.onProgress !== undefined && 'XMLHttpRequest' in globalThis;
  const { status, text } = await (canTellProgress ? postWithProgress : post)(url, body, options);
  const answer = parseAnswer(text);
  if (status === 200 && typeof answer.hash === 'string') {
    // The server's answer to an upload that it has taken.
    return answer as unknown as Uploaded;
  }
  const message = typeof answer.message === 'string' ? answer.message : `the upload failed (${status})`;
  throw new UploadError(typeof answer.code === 'string' ? answer.code : 'unknown', status, message);
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function post(url: string, body: FormData, { token, signal }: UploadOptions): Promise<Answer> {
  const init = { method: 'POST', body, headers: headersOf(token) };
  const response = await fetch(url, signal === undefined ? init : { ...init, signal }).catch(
    (error: unknown) => {
      signal?.throwIfAborted();
      throw noAnswer(error);
    },
  );
  return { status: response.status, text: await response.text() };
}

/** `fetch` says nothing of a body on its way. */
function postWithProgress(url: string, body: FormData, options: UploadOptions): Promise<Answer> {
  const { token, signal, onProgress } = options;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open('POST', url);
    for (const [name, value] of Object.entries(headersOf(token))) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ lengthComputable, loaded, total }) => {
      if (lengthComputable && total > 0) onProgress?.(loaded / total);
    };
    request.onload = () => resolve({ status: request.status, text: request.responseText });
    request.onerror = () => reject(noAnswer(undefined));
    request.onabort = () => reject(signal?.reason);
    request.onloadend = () => signal?.removeEventListener('abort', abort);
    signal?.addEventListener('abort', abort);
    request.send(body);
  });
}

function headersOf(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

function noAnswer(cause: unknown): UploadError {
  const error = new UploadError('unknown', 0, 'the server could not be reached');
  error.cause = cause;
  return error;
}

function parseAnswer(text: string): Readonly<Record<string, unknown>> {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? { ...answer } : {};
  } catch {
    return {};
  }
}

/** What of an `XMLHttpRequest` is used here; the package is checked with Node's types, too, which lack it. */
declare const XMLHttpRequest: new () => {
  readonly upload: {
    onprogress: ((event: { lengthComputable: boolean; loaded: number; total: number }) => void) | null;
  };
  readonly status: number;
  readonly responseText: string;
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  onloadend: (() => void) | null;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  send(body: FormData): void;
  abort(): void;
};
