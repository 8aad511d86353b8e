import type { FastifyInstance } from 'fastify';
import { createCoalescer } from './async/coalesce.ts';
import type { BlobStore } from './blobs/blob-store.ts';
import { openBlobStore } from './blobs/drivers.ts';
import { createVariantCache } from './cache/create-variant-cache.ts';
import type { Settings } from './config/schema.ts';
import { createAuthorize } from './http/api-keys.ts';
import { createHttpServer } from './http/http-server.ts';
import { externalRoute } from './http/routes/external.ts';
import { healthRoutes } from './http/routes/health.ts';
import { imageRoutes } from './http/routes/image.ts';
import { uploadRoute } from './http/routes/upload.ts';
import type { Log } from './observe/log.ts';
import { createDeletePicture } from './originals/delete-picture.ts';
import { inputLimits } from './originals/input-limits.ts';
import { createOriginals } from './originals/originals.ts';
import { logRenderEvent } from './render/render-event.ts';
import { createRenderPool } from './render/render-pool.ts';
import { createFetchRemote, FETCH_LIMITS } from './sources/fetch-remote.ts';
import { createRemoteSource } from './sources/remote.ts';
import { createFailureMemory } from './variants/failure-memory.ts';
import { createServeVariant, type Variant } from './variants/serve-variant.ts';

/** The whole server. */
export interface App {
  /** Not listening yet. */
  readonly http: FastifyInstance;
  /** From here on `/ready` answers 503, and connections end with their answer. */
  drain(): void;
  /** Finishes what was accepted, then ends everything. */
  close(): Promise<void>;
}

/** Wires the server together. `renderEntry` is the program of a render process, `version` the server's own. */
export async function createApp(options: {
  settings: Settings;
  log: Log;
  renderEntry: URL;
  version: string;
}): Promise<App> {
  const { settings, log } = options;
  const limits = inputLimits(settings.maxPixels);
  const renderer = openRenderer(options);
  const blobs = await openBlobStore({
    driver: settings.storage,
    directory: settings.storageDiskDir,
    durable: true,
  });
  const cacheBlobs = await openCacheBlobs(settings);
  const cache = openCache({ settings, log, blobs: cacheBlobs });
  const originals = createOriginals({ blobs, renderer, limits, maxBytes: settings.uploadMaxBytes });
  const remote = createRemoteSource({
    cache,
    fetchRemote: openFetchRemote(options),
    renderer,
    limits,
    // Where the cache keeps nothing, a download lives beside the originals for as long as it is used.
    temporaryFile: () => (cacheBlobs ?? blobs).temporaryFile(),
    freshSeconds: settings.externalFreshSeconds,
    log,
  });
  const serveVariant = createServeVariant({
    cache,
    renderer,
    limits,
    coalescer: createCoalescer<Variant>(),
    failures: createFailureMemory(),
  });

  let draining = false;
  const http = await createHttpServer({
    log,
    uploadMaxBytes: settings.uploadMaxBytes,
    isDraining: () => draining,
  });
  const authorize = createAuthorize(settings.apiKeys ?? []);
  const maxAgeSeconds = settings.imageMaxAgeSeconds;
  uploadRoute(http, { originals, authorize, uploadEnabled: settings.upload });
  const deletePicture = createDeletePicture({ originals, cache });
  imageRoutes(http, {
    originals,
    serveVariant,
    deletePicture,
    authorize,
    deleteEnabled: settings.delete,
    maxAgeSeconds,
  });
  externalRoute(http, { remote, serveVariant, externalEnabled: settings.external, maxAgeSeconds });
  healthRoutes(http, {
    unreadyReasons: () => [
      ...(draining ? ['the server is shutting down'] : []),
      ...(renderer.status().ready ? [] : ['no render process is running']),
    ],
  });

  async function close(): Promise<void> {
    await http.close();
    await remote.close();
    await renderer.close();
    await cache.close();
    await cacheBlobs?.close();
    await blobs.close();
  }

  return {
    http,
    drain: () => {
      draining = true;
    },
    close,
  };
}

function openRenderer({ settings, log, renderEntry }: { settings: Settings; log: Log; renderEntry: URL }) {
  return createRenderPool({
    entry: renderEntry,
    processes: settings.renderProcesses,
    deadlineMs: settings.renderDeadlineMs,
    queueMax: settings.renderQueueMax,
    queueWaitMs: settings.renderQueueWaitMs,
    queueMaxBytes: settings.renderMemoryBytes,
    recycleAfterJobs: settings.renderRecycleJobs,
    recycleAboveBytes: settings.renderRecycleBytes,
    onEvent: (event) => logRenderEvent(log, event),
  });
}

async function openCacheBlobs({ cache, cacheDiskDir }: Settings): Promise<BlobStore | undefined> {
  return cache === 'none'
    ? undefined
    : openBlobStore({ driver: cache, directory: cacheDiskDir, durable: false });
}

function openCache({ settings, log, blobs }: { settings: Settings; log: Log; blobs: BlobStore | undefined }) {
  return createVariantCache({
    blobs,
    maxBytes: settings.cacheMaxBytes,
    memoryBytes: settings.cacheMemoryBytes,
    minFreeBytes: settings.cacheMinFreeBytes,
    log,
  });
}

function openFetchRemote({ settings, version }: { settings: Settings; version: string }) {
  return createFetchRemote({
    allowHosts: settings.externalAllowHosts,
    allowAddresses: settings.externalAllowAddresses,
    allowPorts: settings.externalAllowPorts,
    limits: {
      ...FETCH_LIMITS,
      connectMs: settings.externalConnectMs,
      totalMs: settings.externalDeadlineMs,
      maxBytes: settings.uploadMaxBytes,
    },
    version,
  });
}
