import { operationsSegments, parseRecipe, printRecipe, type RecipeRules } from '@images-server/recipe';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ServiceError } from '../../errors.ts';
import type { UploadTokens } from '../../originals/upload-tokens.ts';
import { INPUT_FORMATS } from '../../render/protocol.ts';
import type { Authorize } from '../api-keys.ts';
import { parseBody } from '../parse-body.ts';
import { requestQuery } from '../request-target.ts';

const MAX_BODY_BYTES = 16_384;
const MAX_SECONDS = 24 * 60 * 60;

/** `POST /upload-tokens`, JSON: permission for one upload by whoever has no API key. */
export function uploadTokenRoute(
  app: FastifyInstance,
  dependencies: {
    uploadTokens: UploadTokens;
    authorize: Authorize;
    uploadEnabled: boolean;
    uploadMaxBytes: number;
    /** Whoever issues tokens may use the presets, and is bound by no other rule for recipes. */
    presets: RecipeRules['presets'];
  },
): void {
  const { uploadTokens, authorize, uploadEnabled, uploadMaxBytes, presets } = dependencies;
  const order = uploadTokenBody(uploadMaxBytes);

  app.post('/upload-tokens', { bodyLimit: MAX_BODY_BYTES }, async (request, reply) => {
    requestQuery(request, []);
    if (!uploadEnabled) throw new ServiceError('upload_disabled', 'uploading is switched off here');
    const key = authorize(request.headers.authorization, 'upload');
    const { expiresSeconds, recipe, ...limits } = parseBody(request.body, order);
    const terms = { ...limits, recipe: recipe === undefined ? undefined : canonicalRecipe(recipe, presets) };
    const issued = uploadTokens.issue({ terms, expiresSeconds, secret: key?.secret });
    return reply.header('cache-control', 'no-store').send({ status: 'success', ...issued, url: '/upload' });
  });
}

/** What `POST /upload-tokens` takes. */
export function uploadTokenBody(uploadMaxBytes: number) {
  return z.strictObject({
    expiresSeconds: z.int().min(1).max(MAX_SECONDS).default(900),
    maxBytes: z.int().min(1).max(uploadMaxBytes).optional(),
    formats: z.array(z.enum(INPUT_FORMATS)).min(1).max(INPUT_FORMATS.length).optional(),
    recipe: z.string().optional(),
  });
}

/** Refuses a bad recipe now, when there is somebody who can mend it. */
function canonicalRecipe(text: string, presets: RecipeRules['presets']): string {
  return printRecipe(parseRecipe(operationsSegments(text), { presets }));
}
