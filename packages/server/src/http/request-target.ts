import { pathSegments, readSignature } from '@images-server/recipe';
import type { FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.ts';

/** The longest request target, in bytes. */
export const MAX_TARGET_BYTES = 4096;

/** The decorator of a request whose signature was right: then `signature` and `expires` are no one else's parameters. */
export const HAS_SIGNATURE = 'hasSignature';
const SIGNATURE_PARAMETERS: ReadonlySet<string> = new Set(['signature', 'expires']);

/** A request's target exactly as sent, cut at the first `?`. */
export interface RequestTarget {
  /** Begins with `/`; not decoded. */
  readonly path: string;
  /** Undefined without a `?`; not decoded. */
  readonly query: string | undefined;
}

/**
 * Cuts the raw target. The router never sees it: it would decode the path (and refuse a lone `%`), and `new URL` would
 * resolve its dot segments before anyone could refuse them.
 */
export function splitTarget(target: string): RequestTarget {
  const mark = target.indexOf('?');
  return mark === -1
    ? { path: target, query: undefined }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/**
 * Throws a `RecipeError` where the path is none of ours: an empty segment, dots, encoded slashes, what is not UTF-8. `/`
 * alone is a path like others: whoever opens the server in a browser asks for that.
 */
export function assertPlainPath(request: FastifyRequest): void {
  const { path } = splitTarget(request.originalUrl);
  if (path !== '/') pathSegments(path, 0);
}

/**
 * Takes `<route>/<name>/<segment>...` apart. The name is as sent, for whoever knows its form; the segments are
 * percent-decoded once, and errors count them from 0.
 */
export function namedPath(request: FastifyRequest): { readonly name: string; readonly segments: string[] } {
  const { path } = splitTarget(request.originalUrl);
  const routeSegments = (request.routeOptions.url ?? '').split('/').length - 1;
  const name = path.split('/')[routeSegments + 1];
  const segments = pathSegments(path, routeSegments + 1);
  if (name !== undefined) pathSegments(`/${name}`, 0);
  return { name: name ?? '', segments };
}

/** The percent-decoded segments below `/<route>`; errors count them from 0. */
export function pathTail(request: FastifyRequest): string[] {
  return pathSegments(splitTarget(request.originalUrl).path, 1);
}

/** Throws `not_found` where there is something behind the route. */
export function assertNoTail(request: FastifyRequest): void {
  const { name, segments } = namedPath(request);
  if (name !== '' || segments.length > 0)
    throw new ServiceError('not_found', 'there is nothing at this address');
}

/** The query's parameters, still encoded. A name that is not `allowed`, or one that comes twice, is a `bad_query`. */
export function requestQuery<Name extends string>(
  request: FastifyRequest,
  allowed: readonly Name[],
): { readonly [name in Name]?: string } {
  const { query } = splitTarget(request.originalUrl);
  const isSigned = request.getDecorator<boolean>(HAS_SIGNATURE);
  const values: { [name in Name]?: string } = {};
  for (const pair of query === undefined || query === '' ? [] : query.split('&')) {
    const equals = pair.indexOf('=');
    const given = equals === -1 ? pair : pair.slice(0, equals);
    if (isSigned && SIGNATURE_PARAMETERS.has(given)) continue;
    const name = allowed.find((candidate) => candidate === given);
    if (name === undefined) throw badQuery(`unknown parameter "${given.slice(0, 40)}"`, allowed);
    if (values[name] !== undefined) throw badQuery(`parameter "${name}" comes more than once`, allowed);
    values[name] = equals === -1 ? '' : pair.slice(equals + 1);
  }
  return values;
}

/** Until when a rightly signed address holds (Unix seconds); undefined of one that does not end. */
export function signatureEnd(request: FastifyRequest): number | undefined {
  if (!request.getDecorator<boolean>(HAS_SIGNATURE)) return undefined;
  const { expires } = readSignature(request.originalUrl);
  return expires === undefined ? undefined : Number(expires);
}

/** A parameter's value, percent-decoded only: `+` stays `+`, a `%` not followed by two hex digits stays `%`. */
export function decodeParameter(value: string): string {
  try {
    return decodeURIComponent(value.replace(/%(?![0-9a-f]{2})/gi, '%25'));
  } catch (error) {
    throw new ServiceError('bad_query', 'the query is not UTF-8', { cause: error });
  }
}

function badQuery(problem: string, allowed: readonly string[]): ServiceError {
  const expected = allowed.length === 0 ? 'no parameters' : allowed.join(', ');
  return new ServiceError('bad_query', `${problem}; expected ${expected}`);
}
