import { createCoalescer } from './async/coalesce.ts';
import type { BlobStore } from './blobs/blob-store.ts';
import { openBlobStore } from './blobs/drivers.ts';
import { type WatchedStore, watchStore } from './blobs/watch-store.ts';
import { createVariantCache } from './cache/create-variant-cache.ts';
import type { VariantCache } from './cache/variant-cache.ts';
import type { Settings } from './config/schema.ts';
import type { Log } from './observe/log.ts';
import type { Metrics } from './observe/metrics.ts';
import { createDeletePicture } from './originals/delete-picture.ts';
import { inputLimits } from './originals/input-limits.ts';
import { createOriginals } from './originals/originals.ts';
import { createRecall, type Recall } from './originals/recall.ts';
import { createReceivePassing } from './originals/receive-passing.ts';
import { createStripFile } from './originals/strip-file.ts';
import { startTokenSweep } from './originals/token-sweep.ts';
import { createUploadTokens } from './originals/upload-tokens.ts';
import { type Fonts, openFonts } from './render/fonts.ts';
import type { InputLimits } from './render/protocol.ts';
import { logRenderEvent } from './render/render-event.ts';
import { createRenderPool, type RenderPoolOptions } from './render/render-pool.ts';
import type { Renderer } from './render/renderer.ts';
import { openSpool, spoolParent } from './render/spool.ts';
import { findUnprivilegedUser } from './render/unprivileged-user.ts';
import { createFetchRemote, FETCH_LIMITS } from './sources/fetch-remote.ts';
import { measureFetch } from './sources/measure-fetch.ts';
import { createRemoteSource } from './sources/remote.ts';
import { createApplyRecipe } from './variants/apply-recipe.ts';
import { createDescribeOriginal } from './variants/describe-original.ts';
import { createDescribeVariant } from './variants/describe-variant.ts';
import { createExplainVariant } from './variants/explain-variant.ts';
import { createFailureMemory } from './variants/failure-memory.ts';
import { createFindFaces, type FindFaces } from './variants/find-faces.ts';
import { createFindOverlays, type FindOverlays } from './variants/find-overlays.ts';
import { createFindVariantFaces } from './variants/find-variant-faces.ts';
import type { OutputPolicy } from './variants/output-policy.ts';
import { createRefuseEarly, type RefuseEarly } from './variants/refuse-early.ts';
import { createServeVariant, type ServeVariant, type Variant } from './variants/serve-variant.ts';
import { createFindStandingPlan } from './variants/standing-plan.ts';

/** All that the server does, without the HTTP. */
export type Services = Awaited<ReturnType<typeof openServices>>;

/** Wires the domain together: stores, render processes, sources and the flow. */
export async function openServices(options: {
  settings: Settings;
  log: Log;
  renderEntry: URL;
  version: string;
  metrics: Metrics | undefined;
}) {
  const { settings, log } = options;
  const limits = inputLimits(settings);
  const sandbox = await openSandbox(settings);
  const fonts = await openFonts({ folder: settings.textFontsDir, forOthers: sandbox !== undefined });
  const renderer = openRenderer({ ...options, sandbox, fonts });
  const findOverlays = createFindOverlays((hash, signal) => originals.resolve(hash, signal));
  const making = { renderer, limits, findOverlays, policy: { ...settings, fonts } };
  const storage = await openStorage(settings);
  const { blobs } = storage;
  const cacheBlobs = await openCacheBlobs(settings);
  const cache = openCache({ settings, log, blobs: cacheBlobs });
  const originals = createOriginals({
    ...making,
    blobs,
    maxBytes: settings.uploadMaxBytes,
    stripFile: createStripFile(settings.uploadStrip),
    applyRecipe: createApplyRecipe({
      // The ladder of sizes is for visitors; a token's recipe is by whoever has a key.
      serveVariant: createPassingFlow({ ...making, policy: { ...making.policy, sizes: undefined } }),
    }),
  });
  const uploadTokens = createUploadTokens({ blobs, secrets: uploadSecrets(settings) });
  const tokenSweep = startTokenSweep({ tokens: uploadTokens, log });
  // Where the cache keeps nothing, what passes lives beside the originals for as long as it is used.
  const temporaryFile = () => (cacheBlobs ?? blobs).temporaryFile();
  const remote = createRemoteSource({
    cache,
    ...making,
    fetchRemote: openFetchRemote(options),
    temporaryFile,
    freshSeconds: settings.externalFreshSeconds,
    log,
  });
  const recall = createRecall({ notes: originals.notes, cache });
  const findFaces = openFindFaces({ renderer, limits, recall });
  const flow = createFlow({ ...making, cache, findFaces });
  const knowledge = createKnowledge({ ...making, cache, recall, ...flow });

  /** After the HTTP has ended: waits for what runs behind, then lets go of everything. */
  async function close(): Promise<void> {
    storage.stop();
    await tokenSweep.stop();
    await remote.close();
    await renderer.close();
    await sandbox?.spool.close();
    await fonts.close();
    await cache.close();
    await cacheBlobs?.close();
    await blobs.close();
  }

  const { uploadMaxBytes: maxBytes } = settings;
  const receivePassing = createReceivePassing({ temporaryFile, renderer, limits, maxBytes });
  return {
    ...making,
    cache,
    originals,
    uploadTokens,
    remote,
    findFaces,
    ...flow,
    receivePassing,
    serveOnce: createPassingFlow(making),
    ...knowledge,
    deletePicture: createDeletePicture({ originals, cache }),
    storageFault: storage.fault,
    freeBytes: async () => ({ originals: await blobs.freeBytes(), cache: await cacheBlobs?.freeBytes() }),
    close,
  };
}

async function openStorage({ storage: driver, storageDiskDir: directory }: Settings): Promise<WatchedStore> {
  return watchStore(await openBlobStore({ driver, directory, durable: true }));
}

const KEEPS_NOTHING = { blobs: undefined, maxBytes: 0, memoryBytes: 0, minFreeBytes: 0 };

/** What every making of a variant needs, wherever it is kept. */
interface Making {
  readonly renderer: Renderer;
  readonly limits: InputLimits;
  readonly findOverlays: FindOverlays;
  readonly policy: OutputPolicy;
}

interface Flow {
  readonly serveVariant: ServeVariant;
  readonly refuseEarly: RefuseEarly;
}

function createFlow(parts: Making & { cache: VariantCache; findFaces: FindFaces }): Flow {
  const shared = { ...parts, coalescer: createCoalescer<Variant>(), failures: createFailureMemory() };
  return { serveVariant: createServeVariant(shared), refuseEarly: createRefuseEarly(shared) };
}

/** The flow for pictures that are here once: nothing of them is kept. */
function createPassingFlow(parts: Making): ServeVariant {
  return createFlow({
    ...parts,
    cache: createVariantCache(KEEPS_NOTHING),
    findFaces: openFindFaces({ ...parts, recall: (_original, _name, find) => find() }),
  }).serveVariant;
}

function openFindFaces(parts: { renderer: Renderer; limits: InputLimits; recall: Recall }): FindFaces {
  return createFindFaces({ ...parts, coalescer: createCoalescer() });
}

/** What is said of pictures without their pixels. */
function createKnowledge(
  parts: Making & { cache: VariantCache; recall: Recall; serveVariant: ServeVariant },
) {
  const findStandingPlan = createFindStandingPlan(parts);
  return {
    describeOriginal: createDescribeOriginal({
      ...parts,
      coalescer: createCoalescer(),
      failures: createFailureMemory(),
    }),
    describeVariant: createDescribeVariant({
      ...parts,
      findStandingPlan,
      coalescer: createCoalescer(),
      failures: createFailureMemory(),
    }),
    findVariantFaces: createFindVariantFaces({
      ...parts,
      findStandingPlan,
      coalescer: createCoalescer(),
      failures: createFailureMemory(),
    }),
    explainVariant: createExplainVariant({ ...parts, findStandingPlan }),
  };
}

/** A token goes when the key that it was issued with goes, or may no longer upload. */
function uploadSecrets({ apiKeys = [] }: Settings): string[] {
  return apiKeys.filter(({ scopes }) => scopes.includes('upload')).map(({ secret }) => secret);
}

type Sandbox = NonNullable<RenderPoolOptions['sandbox']>;

/** Where the server is root its render processes are nobody, and get the originals lent. */
async function openSandbox({ renderProcesses, uploadMaxBytes }: Settings): Promise<Sandbox | undefined> {
  const user = findUnprivilegedUser();
  if (user === undefined) return undefined;
  const parent = await spoolParent(renderProcesses * uploadMaxBytes * 2);
  return { user, spool: await openSpool({ parent, user }) };
}

function openRenderer(options: {
  settings: Settings;
  log: Log;
  renderEntry: URL;
  sandbox: Sandbox | undefined;
  metrics: Metrics | undefined;
  fonts: Fonts;
}) {
  const { settings, log, renderEntry, sandbox, metrics, fonts } = options;
  return createRenderPool({
    sandbox,
    fontConfigFile: fonts.configFile,
    entry: renderEntry,
    processes: settings.renderProcesses,
    deadlineMs: settings.renderDeadlineMs,
    queueMax: settings.renderQueueMax,
    queueWaitMs: settings.renderQueueWaitMs,
    queueMaxBytes: settings.renderMemoryBytes,
    recycleAfterJobs: settings.renderRecycleJobs,
    recycleAboveBytes: settings.renderRecycleBytes,
    onEvent: (event) => {
      logRenderEvent(log, event);
      metrics?.noteRender(event);
    },
  });
}

async function openCacheBlobs({ cache, cacheDiskDir }: Settings): Promise<BlobStore | undefined> {
  return cache === 'none'
    ? undefined
    : openBlobStore({ driver: cache, directory: cacheDiskDir, durable: false });
}

/** In memory there is one budget, and nothing in front; with `none` nothing is kept anywhere. */
function openCache({ settings, log, blobs }: { settings: Settings; log: Log; blobs: BlobStore | undefined }) {
  const { cache, cacheMaxBytes, cacheMemoryBytes, cacheMinFreeBytes } = settings;
  return createVariantCache({
    blobs,
    maxBytes: cache === 'memory' ? cacheMemoryBytes : cacheMaxBytes,
    memoryBytes: cache === 'disk' ? cacheMemoryBytes : 0,
    minFreeBytes: cacheMinFreeBytes,
    log,
  });
}

function openFetchRemote(options: { settings: Settings; version: string; metrics: Metrics | undefined }) {
  const { settings, version, metrics } = options;
  const fetchRemote = createFetchRemote({
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
  return metrics === undefined ? fetchRemote : measureFetch(fetchRemote, metrics.noteFetch);
}
