import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import multipart from '@fastify/multipart';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import { type ErrorCode, ServiceError } from '../errors.ts';
import { answerClientError, answerTimeout, refuseConnect } from './client-error.ts';
import { type IdentifyClient, noteClientId } from './client-id.ts';
import { drainBehind, drainRequest, lingerBehind } from './drain-request.ts';
import { errorAnswer } from './error-response.ts';
import { SAFETY_HEADERS } from './headers.ts';
import { jsonText } from './json-text.ts';
import { assertPlainRequest } from './plain-request.ts';
import { noteErrorCode, type ObserveRequest, observeRequests } from './request-observer.ts';
import { assertPlainPath, HAS_SIGNATURE, splitTarget } from './request-target.ts';
import { cutSlowClients } from './slow-clients.ts';
import { trackConnections } from './track-connections.ts';

/** The routes that have more in their path than their name; of two that fit the first counts. */
const ROUTES_WITH_TAIL = [
  '/image',
  '/info/external',
  '/info',
  '/explain/image',
  '/explain/external',
  '/process',
  '/srcset',
];
/** The one thing below a picture that is no recipe. */
const VARIANTS_PATH = /^\/image\/[^/]+\/variants$/;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Slow and oversized requests; the answer to a broken one is `answerClientError`'s. Bodies are `cutSlowClients`' matter. */
const HTTP_LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 0,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 1000,
  // Refused with the others below, in a body that says so.
  requireHostHeader: false,
};

/** The log line of each request is ours; few have more to say, so none has a logger made for it. */
const LOGGING = {
  logController: new LogController({ disableRequestLogging: true }),
  childLoggerFactory: (logger: FastifyBaseLogger) => logger,
};

/** Creates the HTTP server without routes: limits, headers, errors and the log line of each request. */
export async function createHttpServer(options: {
  log: FastifyBaseLogger;
  requestId: () => string;
  identifyClient: IdentifyClient;
  /** Asked in turn before the router; true from the first that answers, or has the request `goOn` to the router later. */
  shortWays: readonly ((request: IncomingMessage, response: ServerResponse, goOn: () => void) => boolean)[];
  observeRequest: ObserveRequest;
  /** Bytes that were no request have been answered with that code; undefined where nobody was left. */
  noteRefusal: (code: ErrorCode | undefined) => void;
  uploadMaxBytes: number;
  maxConnections: number;
  /** True from the moment at which the server is to end: then connections end with their answer. */
  isDraining: () => boolean;
}): Promise<FastifyInstance> {
  const { log, requestId, identifyClient, shortWays, observeRequest, uploadMaxBytes, isDraining } = options;
  const app = fastify({
    loggerInstance: log,
    genReqId: requestId,
    ...LOGGING,
    exposeHeadRoutes: false,
    // Requests that arrive while the server ends are still answered: they were accepted.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    serverFactory: (route) =>
      createServer(HTTP_LIMITS, (request, response) => {
        noteClientId(request, identifyClient(request));
        const goOn = () => route(request, response);
        const isTaken = !isDraining() && shortWays.some((take) => take(request, response, goOn));
        if (!isTaken) goOn();
      }),
    rewriteUrl: (request) => routeOf(request.url ?? '/'),
    clientErrorHandler: (error, socket: Socket) => options.noteRefusal(answerClientError(error, socket)),
  });
  await app.register(multipart, {
    throwFileSizeLimit: false,
    limits: {
      files: 1,
      fields: 4,
      parts: 5,
      fieldNameSize: 100,
      fieldSize: 1024,
      headerPairs: 32,
      fileSize: uploadMaxBytes + 1,
    },
  });

  observeRequests(app, observeRequest);
  app.decorateRequest(HAS_SIGNATURE, false);
  // Nothing takes text; whoever expects another body says so, without it having been read into memory.
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SAFETY_HEADERS);
    if (isDraining()) reply.header('connection', 'close');
    assertPlainRequest(request.raw as IncomingMessage, request.originalUrl);
  });
  trackConnections(app.server, options);
  cutSlowClients(app.server, { onTimeout: answerTimeout });
  app.server.on('connect', (_request, socket) => refuseConnect(socket));
  // An expectation that nobody knows is passed over (RFC 9110 section 10.1.1): Node's own refusal would say nothing.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));

  app.setErrorHandler(async (error, request, reply) => {
    const answer = errorAnswer(isFrameworkRefusal(error) ? badRequest(error) : error);
    noteErrorCode(request, answer.body.code);
    logFailure(log.child({ reqId: request.id }), error, answer.status);
    const isForLater = answer.headers['retry-after'] !== undefined && !isDraining();
    await readToEnd(request, reply, { isForLater });
    return reply
      .code(answer.status)
      .headers(answer.headers)
      .type('application/json; charset=utf-8')
      .send(jsonText(answer.body));
  });

  app.setNotFoundHandler((request, reply) => {
    assertPlainPath(request);
    const url = routeOf(request.originalUrl);
    const allowed = METHODS.filter((method) => app.hasRoute({ method, url }));
    if (allowed.length === 0) throw new ServiceError('not_found', 'there is nothing at this address');
    reply.header('allow', allowed.join(', '));
    throw new ServiceError(
      'method_not_allowed',
      `${request.method} is not possible here; expected ${allowed.join(', ')}`,
    );
  });
  return app;
}

/** What went wrong inside is for whoever runs the server, the reasons of other refusals for whoever looks for one. */
function logFailure(log: FastifyBaseLogger, error: unknown, status: number): void {
  const known = error instanceof ServiceError ? error : undefined;
  if (status === 500) log.error({ err: error }, 'request failed');
  else if (known !== undefined && STORAGE_CODES.has(known.code))
    log.warn({ err: error }, 'the storage failed');
  else if (known?.cause !== undefined) log.debug({ err: error }, 'refused');
}

const STORAGE_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['disk_full', 'storage_failed']);

/** Whoever is to come again later is answered at once, and the rest of the body read behind the answer. */
async function readToEnd(
  { raw: request }: FastifyRequest,
  reply: FastifyReply,
  { isForLater }: { isForLater: boolean },
): Promise<void> {
  if (isForLater && reply.raw.shouldKeepAlive) {
    void drainBehind(request);
    return;
  }
  await drainRequest(request);
  // With a body that is not read to its end the connection is of no more use.
  if (request.complete) return;
  reply.header('connection', 'close');
  lingerBehind(request);
}

/** Fastify's own refusals: a body that is no JSON, or too much of it, or of a type that nobody takes. */
function isFrameworkRefusal(error: unknown): error is Error & { statusCode: number } {
  if (!(error instanceof Error) || !('statusCode' in error)) return false;
  return typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500;
}

function badRequest(error: Error & { statusCode: number }): ServiceError {
  return new ServiceError(error.statusCode === 413 ? 'too_many_bytes' : 'bad_request', error.message, {
    cause: error,
  });
}

/** What the router is given instead of the target: `/image` for all below it, the path itself for what has no tail. */
function routeOf(target: string): string {
  const { path } = splitTarget(target);
  if (VARIANTS_PATH.test(path)) return '/image/variants';
  const withTail = ROUTES_WITH_TAIL.find((route) => path === route || path.startsWith(`${route}/`));
  if (withTail !== undefined) return withTail;
  const name = path.split('/', 2)[1] ?? '';
  return path === `/${name}` && /^[a-z][a-z.-]*$/.test(name) ? path : '/-';
}
