import { expect } from 'vitest';

export interface Uploaded {
  readonly hash: string;
  readonly status: string;
  readonly width: number;
  readonly height: number;
  readonly format: string;
  readonly bytes: number;
  readonly url: string;
}

/** Posts bytes as the multipart field `file`. */
export function postFile(
  url: string,
  bytes: Uint8Array,
  init: { field?: string; headers?: Record<string, string> } = {},
) {
  const form = new FormData();
  form.append(init.field ?? 'file', new Blob([new Uint8Array(bytes)]), 'picture');
  return fetch(`${url}/upload`, { method: 'POST', body: form, headers: init.headers ?? {} });
}

/** Uploads a picture that must be taken. */
export async function upload(url: string, bytes: Uint8Array): Promise<Uploaded> {
  const response = await postFile(url, bytes);
  expect(response.status).toBe(200);
  return (await response.json()) as Uploaded;
}

/** The whole answer: status, headers, bytes. */
export async function get(url: string, init: RequestInit = {}) {
  const response = await fetch(url, init);
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    json: () => JSON.parse(bytes.toString('utf8')) as Record<string, unknown>,
  };
}
