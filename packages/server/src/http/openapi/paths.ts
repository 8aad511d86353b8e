import { MEDIA_TYPES } from '../headers.ts';

type Responses = Readonly<Record<string, object>>;

/** `paths`: what the server answers, whatever of it the configuration switches off. */
export function paths(): Readonly<Record<string, object>> {
  return { ...picturePaths(), ...writingPaths(), ...knowledgePaths(), ...serverPaths() };
}

function picturePaths(): Readonly<Record<string, object>> {
  const missing = errors(404, 'no such picture');
  return {
    '/image/{hash}': {
      parameters: [ref('hash')],
      ...readable({
        operationId: 'getOriginal',
        tags: ['pictures'],
        summary: 'The original as it is stored',
        description:
          'Byte for byte as it was uploaded, but for what `UPLOAD_STRIP` removes. Byte ranges work.',
        parameters: SIGNATURE,
        responses: {
          200: picture('The original.'),
          206: picture('A part of it.'),
          ...NOT_MODIFIED,
          ...missing,
        },
      }),
      delete: {
        operationId: 'deletePicture',
        tags: ['writing'],
        summary: 'Removes a picture, and every variant of it',
        security: KEY,
        responses: { 200: json('Deleted', 'It is gone.'), ...missing, ...OTHER_ERRORS },
      },
    },
    '/image/{hash}/{recipe}': {
      parameters: [ref('hash'), ref('recipe')],
      ...readable({
        operationId: 'getVariant',
        tags: ['pictures'],
        summary: 'What a recipe makes of a picture',
        parameters: SIGNATURE,
        responses: { 200: picture('The variant.'), ...NOT_MODIFIED, ...RECIPE_ERRORS, ...missing },
      }),
    },
    '/external': readable({
      operationId: 'getExternal',
      tags: ['pictures'],
      summary: 'A remote picture, or what a recipe makes of it',
      parameters: [ref('url'), ref('operations'), ref('resetCache'), ...SIGNATURE],
      responses: {
        200: picture('The variant; without `operations` the picture itself.'),
        ...NOT_MODIFIED,
        ...RECIPE_ERRORS,
        ...errors(502, 'the remote source failed'),
        ...errors(504, 'the remote source is too slow'),
      },
    }),
    '/process/{recipe}': {
      parameters: [ref('recipe')],
      post: {
        operationId: 'processPicture',
        tags: ['pictures'],
        summary: 'What a recipe makes of the picture in the body; nothing is stored',
        security: KEY,
        requestBody: {
          required: true,
          content: { 'image/*': BYTES, 'application/octet-stream': BYTES, 'multipart/form-data': FILE_FIELD },
        },
        responses: { 200: picture('The variant.'), ...RECIPE_ERRORS, ...BODY_ERRORS, ...OTHER_ERRORS },
      },
    },
  };
}

function writingPaths(): Readonly<Record<string, object>> {
  return {
    '/upload': {
      post: {
        operationId: 'upload',
        tags: ['writing'],
        summary: 'Stores a picture',
        security: [...KEY, { uploadToken: [] }],
        requestBody: { required: true, content: { 'multipart/form-data': FILE_FIELD } },
        responses: { 200: json('Uploaded', 'It is stored.'), ...BODY_ERRORS, ...OTHER_ERRORS },
      },
    },
    '/upload-tokens': {
      post: {
        operationId: 'issueUploadToken',
        tags: ['writing'],
        summary: 'Permission for one upload by whoever has no API key',
        security: KEY,
        requestBody: jsonBody('UploadTokenOrder'),
        responses: { 200: json('UploadToken', 'The token.'), ...errors(400, 'a bad order'), ...OTHER_ERRORS },
      },
    },
    '/image/{hash}/variants': {
      parameters: [ref('hash')],
      post: {
        operationId: 'renderVariants',
        tags: ['writing'],
        summary: 'Renders a list of recipes into the cache, and says where each variant is',
        description: 'A recipe that fails has an error in its place; the others are rendered all the same.',
        security: KEY,
        requestBody: jsonBody('VariantsOrder'),
        responses: {
          200: json('Variants', 'In the order of the recipes.'),
          ...errors(400, 'a bad order'),
          ...errors(404, 'no such picture'),
          ...OTHER_ERRORS,
        },
      },
    },
  };
}

function knowledgePaths(): Readonly<Record<string, object>> {
  const missing = errors(404, 'no such picture');
  const info = (operationId: string, extra: readonly object[]) =>
    readable({
      operationId,
      tags: ['knowledge'],
      summary: 'What a picture is, without its pixels',
      parameters: [...extra, ref('exif'), ref('faces'), ...SIGNATURE],
      responses: { 200: json('Info', 'What it is.'), ...NOT_MODIFIED, ...RECIPE_ERRORS, ...missing },
    });
  const explain = (operationId: string, extra: readonly object[]) =>
    readable({
      operationId,
      tags: ['knowledge'],
      summary: 'What a recipe comes to: each step with its sizes, the format and why, the key',
      description: 'In words for whoever accepts `text/plain`.',
      parameters: [...extra, ...SIGNATURE],
      responses: {
        200: {
          description: 'The plan.',
          content: { 'application/json': { schema: schemaRef('Explanation') }, 'text/plain': TEXT },
        },
        ...RECIPE_ERRORS,
        ...missing,
      },
    });
  const srcset = (operationId: string) =>
    readable({
      operationId,
      tags: ['knowledge'],
      summary: 'A picture at several widths, as HTML takes it',
      description:
        'None is wider than the original gives without enlarging. Addresses are signed where signatures are on, to end no later than the one that was asked.',
      parameters: [ref('widths'), ref('sizes'), ref('alt'), ...SIGNATURE],
      responses: { 200: json('Srcset', 'The HTML.'), ...NOT_MODIFIED, ...RECIPE_ERRORS, ...missing },
    });
  const remote = [ref('url'), ref('operations')];
  return {
    '/info/{hash}': { parameters: [ref('hash')], ...info('getInfo', []) },
    '/info/{hash}/{recipe}': { parameters: [ref('hash'), ref('recipe')], ...info('getVariantInfo', []) },
    '/info/external': info('getExternalInfo', remote),
    '/explain/image/{hash}': { parameters: [ref('hash')], ...explain('explainOriginal', []) },
    '/explain/image/{hash}/{recipe}': {
      parameters: [ref('hash'), ref('recipe')],
      ...explain('explainVariant', []),
    },
    '/explain/external': explain('explainExternal', remote),
    '/srcset/{hash}': { parameters: [ref('hash')], ...srcset('getSrcset') },
    '/srcset/{hash}/{recipe}': { parameters: [ref('hash'), ref('recipe')], ...srcset('getVariantSrcset') },
  };
}

function serverPaths(): Readonly<Record<string, object>> {
  const server = (operationId: string, summary: string, responses: Responses, security?: readonly object[]) =>
    readable({ operationId, tags: ['server'], summary, ...(security ? { security } : {}), responses });
  return {
    '/health': server('getHealth', 'Whether the process lives', { 200: json('Health', 'It does.') }),
    '/ready': server('getReadiness', 'Whether it takes requests', {
      200: json('Readiness', 'It does.'),
      503: json('Readiness', 'It does not, and why.'),
    }),
    '/metrics': server(
      'getMetrics',
      'Figures of the server, as Prometheus reads them',
      { 200: { description: 'Its text format.', content: { 'text/plain': TEXT } } },
      [{ metricsKey: [] }, {}],
    ),
    '/openapi.json': server('getOpenApi', 'This document', {
      200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
      ...NOT_MODIFIED,
    }),
  };
}

/** `HEAD` is the same without a body. */
function readable(operation: {
  operationId: string;
  tags: readonly string[];
  summary: string;
  description?: string;
  parameters?: readonly object[];
  security?: readonly object[];
  responses: Responses;
}): object {
  const responses = { ...operation.responses, ...OTHER_ERRORS };
  return {
    get: { ...operation, responses },
    head: { ...operation, operationId: `${operation.operationId}Head`, responses: withoutBodies(responses) },
  };
}

function withoutBodies(responses: Responses): Responses {
  const entries = Object.entries(responses).map(([status, response]) => {
    const description = 'description' in response ? response.description : '';
    return [status, { description }] as const;
  });
  return Object.fromEntries(entries);
}

function ref(parameter: string): object {
  return { $ref: `#/components/parameters/${parameter}` };
}

function schemaRef(schema: string): object {
  return { $ref: `#/components/schemas/${schema}` };
}

function json(schema: string, description: string): object {
  return { description, content: { 'application/json': { schema: schemaRef(schema) } } };
}

function jsonBody(schema: string): object {
  return { required: true, content: { 'application/json': { schema: schemaRef(schema) } } };
}

/** A picture's bytes have no schema in OpenAPI 3.1. */
function picture(description: string): object {
  return {
    description,
    content: Object.fromEntries(Object.values(MEDIA_TYPES).map((type) => [type, BYTES])),
  };
}

function errors(status: number, description: string): Responses {
  return { [status]: json('Error', description) };
}

const BYTES = {};
const TEXT = { schema: { type: 'string' } };
const FILE_FIELD = {
  schema: {
    type: 'object',
    properties: { file: { type: 'string', contentMediaType: 'application/octet-stream' } },
    required: ['file'],
  },
};
const SIGNATURE = [ref('expires'), ref('signature')];
const KEY = [{ apiKey: [] }, {}];
const NOT_MODIFIED: Responses = { 304: { description: 'The client has it already (`If-None-Match`).' } };
const RECIPE_ERRORS: Responses = {
  ...errors(400, 'the recipe, or the request, is wrong'),
  ...errors(403, 'not allowed here, or not signed'),
  ...errors(413, 'the result would be too large'),
  ...errors(422, 'the picture is broken'),
  ...errors(503, 'busy, or the render took too long; `Retry-After` says when to try again'),
};
const BODY_ERRORS: Responses = {
  ...errors(400, 'a bad body'),
  ...errors(413, 'too many bytes, or pixels'),
  ...errors(415, 'not a picture that is taken'),
  ...errors(422, 'a broken picture'),
};
const OTHER_ERRORS: Responses = { default: json('Error', 'any other error') };
