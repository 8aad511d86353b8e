import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import { connectToAddress, secureConnection } from './connect-to-address.ts';
import { download, tooManyBytes } from './download.ts';
import { type FetchClock, originTimeout } from './fetch-clock.ts';
import { originFailed } from './origin-failed.ts';
import { OWN_FETCH_HEADER } from './own-fetch.ts';
import { hostOf, portOf } from './remote-url.ts';

/** What an origin says of a version of a picture, for asking later whether it still holds. */
export interface Validators {
  /** The URL that gave them, after redirects: they are sent to no other. */
  readonly url: string;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

/** What one origin answered. */
export type OriginAnswer =
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'fetched';
      readonly bytes: number;
      /** 64 hex digits. */
      readonly sha256: string;
      /** Undefined where the origin gave none. */
      readonly validators: Validators | undefined;
    };

export interface OriginQuestion {
  readonly url: URL;
  /** Vetted ones; no other is connected to. */
  readonly addresses: readonly string[];
  /** Where the body goes. */
  readonly path: string;
  readonly validators: Validators | undefined;
  readonly clock: FetchClock;
}

export interface OriginDependencies {
  /** Judges the address that a socket turns out to have. */
  readonly allowsAddress: (address: string) => boolean;
  readonly limits: { readonly connectMs: number; readonly firstByteMs: number; readonly maxBytes: number };
  /** Goes into `User-Agent`. */
  readonly version: string;
  readonly trustedCertificate: string | undefined;
}

/** Sends one request over a connection of its own, and follows nothing. No proxy of the environment is used. */
export async function askOrigin(
  question: OriginQuestion,
  dependencies: OriginDependencies,
): Promise<OriginAnswer> {
  const { url, clock } = question;
  const client = new Client(url.origin, {
    connect: connector(question, dependencies),
    // The clock's deadlines hold: these are checked about once a second, and begin anew with every byte.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    const response = await client.request({
      method: 'GET',
      path: url.pathname + url.search,
      headers: requestHeaders(question, dependencies.version),
      signal: clock.signal,
    });
    clock.endPhase();
    // The body of an answer that is not read to its end fails when the client goes.
    response.body.on('error', () => {});
    return await readAnswer(response, question, dependencies.limits.maxBytes);
  } finally {
    await client.destroy();
  }
}

function connector(question: OriginQuestion, dependencies: OriginDependencies): buildConnector.connector {
  const { url, addresses, clock } = question;
  const { allowsAddress, limits, trustedCertificate } = dependencies;
  const { connectMs, firstByteMs } = limits;

  async function connect(): Promise<Socket> {
    clock.beginPhase(connectMs, originTimeout('connecting', connectMs));
    const socket = await connectToAddress({
      addresses,
      port: portOf(url),
      connectMs,
      allows: allowsAddress,
      signal: clock.signal,
    });
    if (url.protocol === 'http:') return socket;
    return secureConnection({ socket, host: hostOf(url), trustedCertificate, signal: clock.signal });
  }

  return (_options, callback) => {
    connect().then(
      (socket) => {
        clock.beginPhase(firstByteMs, originTimeout('its answer', firstByteMs));
        callback(null, socket);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

/** Nothing of the client's request is among them. */
function requestHeaders({ url, validators }: OriginQuestion, version: string): Record<string, string> {
  const known = validators?.url === url.href ? validators : undefined;
  return {
    accept: 'image/*, */*;q=0.1',
    // A compressed body would be a bomb that only shows its size when it is too late.
    'accept-encoding': 'identity',
    'user-agent': `images-server/${version}`,
    [OWN_FETCH_HEADER.name]: OWN_FETCH_HEADER.value,
    ...(known?.etag === undefined ? {} : { 'if-none-match': known.etag }),
    ...(known?.lastModified === undefined ? {} : { 'if-modified-since': known.lastModified }),
  };
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

async function readAnswer(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  { url, path, validators }: OriginQuestion,
  maxBytes: number,
): Promise<OriginAnswer> {
  const header = (name: string) => singleValue(headers[name]);
  if (REDIRECTS.includes(statusCode)) {
    const location = header('location');
    if (location === undefined)
      throw originFailed(`the origin answered ${statusCode} without saying where to`);
    return { kind: 'redirect', location };
  }
  if (statusCode === 304 && validators?.url === url.href) return { kind: 'unchanged' };
  if (statusCode !== 200) throw originFailed(`the origin answered ${statusCode}`);
  if (!/^(identity)?$/i.test(header('content-encoding') ?? '')) {
    throw originFailed('the origin sent a compressed body though none was asked for');
  }
  // Only to be early: what comes is counted all the same.
  if (Number(header('content-length')) > maxBytes) throw tooManyBytes(maxBytes);
  const downloaded = await download({ body, path, maxBytes });
  return { kind: 'fetched', ...downloaded, validators: validatorsOf(url, header) };
}

const MAX_VALIDATOR_LENGTH = 256;

function validatorsOf(url: URL, header: (name: string) => string | undefined): Validators | undefined {
  const etag = sendable(header('etag'));
  const lastModified = sendable(header('last-modified'));
  return etag === undefined && lastModified === undefined ? undefined : { url: url.href, etag, lastModified };
}

/** What can be sent back as it came. */
function sendable(value: string | undefined): string | undefined {
  return value !== undefined && value.length <= MAX_VALIDATOR_LENGTH && /^[ -~]+$/.test(value)
    ? value
    : undefined;
}

/** A field that came several times is a list. */
function singleValue(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
