import type { FastifyInstance } from 'fastify';
import type { Settings } from './config/schema.ts';
import { createAuthorize } from './http/api-keys.ts';
import { allowOrigins } from './http/cors.ts';
import { createHotAnswers, type HotAnswers } from './http/hot-answers.ts';
import { createHttpServer } from './http/http-server.ts';
import { createReadRecipe } from './http/read-recipe.ts';
import { explainRoutes } from './http/routes/explain.ts';
import { externalRoute } from './http/routes/external.ts';
import { healthRoutes } from './http/routes/health.ts';
import { imageRoutes } from './http/routes/image.ts';
import { infoRoutes } from './http/routes/info.ts';
import { processRoute } from './http/routes/process.ts';
import { srcsetRoute } from './http/routes/srcset.ts';
import { uploadRoute } from './http/routes/upload.ts';
import { uploadTokenRoute } from './http/routes/upload-tokens.ts';
import { variantsRoute } from './http/routes/variants.ts';
import { createSignAddress } from './http/sign-address.ts';
import { checkSignatures } from './http/signatures.ts';
import { createPermitUpload } from './http/upload-permission.ts';
import { createRequestIds, type Log } from './observe/log.ts';
import { openServices, type Services } from './services.ts';

/** The whole server. */
export interface App {
  /** Not listening yet. */
  readonly http: FastifyInstance;
  /** From here on `/ready` answers 503, and connections end with their answer. */
  drain(): void;
  /** Finishes what was accepted, then ends everything. */
  close(): Promise<void>;
}

/** Puts HTTP around the services. `renderEntry` is the program of a render process, `version` the server's own. */
export async function createApp(options: {
  settings: Settings;
  log: Log;
  renderEntry: URL;
  version: string;
}): Promise<App> {
  const { settings, log } = options;
  const services = await openServices(options);
  let draining = false;
  const requestId = createRequestIds();
  const hotAnswers = createHotAnswers({ cache: services.cache, log, requestId });
  const http = await createHttpServer({
    log,
    requestId,
    hotAnswers,
    uploadMaxBytes: settings.uploadMaxBytes,
    isDraining: () => draining,
  });
  addRoutes(http, { ...services, settings, hotAnswers, isDraining: () => draining });
  return {
    http,
    drain: () => {
      draining = true;
    },
    close: async () => {
      await http.close();
      await services.close();
    },
  };
}

function addRoutes(
  http: FastifyInstance,
  parts: Services & { settings: Settings; hotAnswers: HotAnswers; isDraining: () => boolean },
): void {
  const { settings, renderer, isDraining } = parts;
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
  const readRecipe = createReadRecipe(settings);
  imageRoutes(http, { ...parts, authorize, readRecipe, deleteEnabled: settings.delete, maxAgeSeconds });
  processRoute(http, { ...parts, authorize, readRecipe, processEnabled: settings.process });
  externalRoute(http, { ...parts, readRecipe, externalEnabled: settings.external, maxAgeSeconds });
  infoRoutes(http, {
    ...parts,
    readRecipe,
    externalEnabled: settings.external,
    showsPosition: settings.infoGps,
    maxAgeSeconds,
  });
  const signAddress = createSignAddress({ mode: settings.signatures, keys: settings.signingKeys ?? [] });
  variantsRoute(http, {
    ...parts,
    authorize,
    readRecipe,
    signAddress,
    // The other half of the render processes is for visitors.
    concurrency: Math.ceil(settings.renderProcesses / 2),
  });
  srcsetRoute(http, { ...parts, readRecipe, signAddress });
  explainRoutes(http, { ...parts, readRecipe, externalEnabled: settings.external });
  healthRoutes(http, {
    unreadyReasons: () => [
      ...(isDraining() ? ['the server is shutting down'] : []),
      ...(renderer.status().ready ? [] : ['no render process is running']),
    ],
  });
}
