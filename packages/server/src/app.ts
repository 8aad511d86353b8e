import type { FastifyInstance } from 'fastify';
import type { StoreFault } from './blobs/watch-store.ts';
import type { Settings } from './config/schema.ts';
import { takeAcceptedConnections } from './http/accepted-connections.ts';
import { createAuthorize } from './http/api-keys.ts';
import { createIdentifyClient } from './http/client-id.ts';
import { allowOrigins } from './http/cors.ts';
import { createEarlyRefusals } from './http/early-refusals.ts';
import { createHotAnswers, type HotAnswers } from './http/hot-answers.ts';
import { createHttpServer } from './http/http-server.ts';
import { createReadRecipe, type ReadRecipe } from './http/read-recipe.ts';
import { createRequestObserver } from './http/request-observer.ts';
import { explainRoutes } from './http/routes/explain.ts';
import { externalRoute } from './http/routes/external.ts';
import { healthRoutes, type UnreadyReasons } from './http/routes/health.ts';
import { imageRoutes } from './http/routes/image.ts';
import { infoRoutes } from './http/routes/info.ts';
import { metricsRoute } from './http/routes/metrics.ts';
import { openApiRoute } from './http/routes/openapi.ts';
import { processRoute } from './http/routes/process.ts';
import { srcsetRoute } from './http/routes/srcset.ts';
import { uploadRoute } from './http/routes/upload.ts';
import { uploadTokenRoute } from './http/routes/upload-tokens.ts';
import { variantsRoute } from './http/routes/variants.ts';
import { createSignAddress } from './http/sign-address.ts';
import { checkSignatures } from './http/signatures.ts';
import { createPermitUpload } from './http/upload-permission.ts';
import { createRequestIds, type Log } from './observe/log.ts';
import { createMetrics, type Metrics } from './observe/metrics.ts';
import type { Traces } from './observe/traces.ts';
import { openServices, type Services } from './services.ts';

/** The whole server. */
export interface App {
  /** Not listening yet. */
  readonly http: FastifyInstance;
  /** Tells the log of the requests that it has not been told of yet. */
  readonly flush: () => void;
  /** From here on `/ready` answers 503, and connections end with their answer. */
  drain(): void;
  /** Finishes what was accepted, then ends everything. */
  close(): Promise<void>;
}

/**
 * Puts HTTP around the services. `renderEntry` is the program of a render process, `version` the server's own,
 * `libraries` those of the libraries that decode, for whoever asks.
 */
export async function createApp(options: {
  settings: Settings;
  log: Log;
  renderEntry: URL;
  version: string;
  libraries: Readonly<Record<string, string | undefined>>;
}): Promise<App> {
  const { settings, log } = options;
  const versions = knownVersions(options);
  const metrics = settings.metrics ? createMetrics(versions) : undefined;
  const traces = settings.traces === 'otlp' ? await loadTraces(options.version) : undefined;
  const services = await openServices({ ...options, metrics });
  let draining = false;
  const requestId = createRequestIds();
  const { observeRequest, flush: flushObserver } = createRequestObserver({ log, metrics, traces });
  const hotAnswers = createHotAnswers({ cache: services.cache, observeRequest, requestId });
  const readRecipe = createReadRecipe(settings);
  const earlyRefusals = createEarlyRefusals({ ...services, readRecipe, observeRequest, requestId });
  const http = await createHttpServer({
    log,
    requestId,
    identifyClient: createIdentifyClient(settings.trustedProxies),
    shortWays: [hotAnswers.tryAnswer, earlyRefusals.tryRefuse],
    observeRequest,
    noteRefusal: (code) => code !== undefined && metrics?.noteRefusal(code),
    uploadMaxBytes: settings.uploadMaxBytes,
    maxConnections: settings.maxConnections,
    isDraining: () => draining,
  });
  const unreadyReasons = () => [
    ...(draining ? ['the server is shutting down'] : []),
    ...(services.renderer.status().ready ? [] : ['no render process is running']),
    ...storageReasons(services.storageFault()),
  ];
  metrics?.watch({
    ...services,
    isReady: () => unreadyReasons().length === 0,
  });
  addRoutes(http, {
    ...services,
    settings,
    hotAnswers,
    readRecipe,
    unreadyReasons,
    metrics,
    versions,
    flushObserver,
  });
  return {
    http,
    flush: flushObserver,
    drain: () => {
      draining = true;
    },
    close: async () => {
      await takeAcceptedConnections(http.server);
      await http.close();
      flushObserver();
      await services.close();
      await traces?.close();
    },
  };
}

function addRoutes(
  http: FastifyInstance,
  parts: Services & {
    settings: Settings;
    hotAnswers: HotAnswers;
    readRecipe: ReadRecipe;
    unreadyReasons: UnreadyReasons;
    metrics: Metrics | undefined;
    versions: Readonly<Record<string, string>>;
    flushObserver: () => void;
  },
): void {
  const { settings } = parts;
  allowOrigins(http, settings.corsOrigins ?? []);
  checkSignatures(http, { mode: settings.signatures, keys: settings.signingKeys ?? [] });
  const authorize = createAuthorize(settings.apiKeys ?? []);
  const maxAgeSeconds = settings.imageMaxAgeSeconds;
  const permitUpload = createPermitUpload({ ...parts, authorize });
  uploadRoute(http, { ...parts, permitUpload, uploadEnabled: settings.upload });
  uploadTokenRoute(http, {
    ...parts,
    authorize,
    uploadEnabled: settings.upload,
    uploadMaxBytes: settings.uploadMaxBytes,
    presets: settings.presets,
  });
  imageRoutes(http, { ...parts, authorize, deleteEnabled: settings.delete, maxAgeSeconds });
  processRoute(http, { ...parts, authorize, processEnabled: settings.process });
  externalRoute(http, { ...parts, externalEnabled: settings.external, maxAgeSeconds });
  infoRoutes(http, {
    ...parts,
    externalEnabled: settings.external,
    showsPosition: settings.infoGps,
    maxAgeSeconds,
  });
  const signAddress = createSignAddress({ mode: settings.signatures, keys: settings.signingKeys ?? [] });
  variantsRoute(http, {
    ...parts,
    authorize,
    signAddress,
    sizes: settings.sizes,
    // The other half of the render processes is for visitors.
    concurrency: Math.ceil(settings.renderProcesses / 2),
  });
  srcsetRoute(http, { ...parts, signAddress });
  explainRoutes(http, { ...parts, externalEnabled: settings.external });
  openApiRoute(http, { version: parts.versions.version ?? 'unknown' });
  healthRoutes(http, parts);
  metricsRoute(http, { ...parts, keys: settings.metricsKeys ?? [] });
}

function knownVersions(options: {
  version: string;
  libraries: Readonly<Record<string, string | undefined>>;
}): Record<string, string> {
  const { version, libraries } = options;
  const versions = Object.entries({ version, node: process.versions.node, ...libraries });
  return Object.fromEntries(versions.map(([name, number]) => [name, number ?? 'unknown']));
}

/** Loaded only where it is wanted: the packages take time and memory. */
async function loadTraces(version: string): Promise<Traces> {
  const { openTraces } = await import('./observe/traces.ts');
  return openTraces({ version });
}

function storageReasons(fault: StoreFault | undefined): string[] {
  return fault === undefined ? [] : [STORAGE_REASONS[fault]];
}

const STORAGE_REASONS = {
  disk_full: 'the disk of the originals is full',
  storage_failed: 'the store of the originals cannot be written',
} as const satisfies Record<StoreFault, string>;
