import { OUTPUT_FORMATS } from '@images-server/recipe';
import { z } from 'zod';
import { INPUT_FORMATS } from '../../render/protocol.ts';
import { ERROR_CODES } from '../error-response.ts';
import { uploadTokenBody } from '../routes/upload-tokens.ts';
import { variantsBody } from '../routes/variants.ts';
import { languageParts, languageText } from './describe-language.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const pixels = { type: 'integer', minimum: 1, description: 'Pixels.' } as const;
const color = {
  type: ['string', 'null'],
  pattern: '^#[0-9a-f]{6}$',
  description: 'sRGB; null where all is transparent.',
};
const size = { width: pixels, height: pixels };

/** An object of which every property is there, but for those that are named optional. */
function objectOf(properties: Readonly<Record<string, object>>, optional: readonly string[] = []): object {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required };
}

/** `components.schemas`. */
export function schemas(): Readonly<Record<string, object>> {
  return {
    Recipe: { type: 'string', maxLength: 2048, description: languageText(), 'x-language': languageParts() },
    Hash: { type: 'string', pattern: '^[0-9a-f]{40}$', description: 'Names an uploaded picture.' },
    Error: errorSchema(),
    Uploaded: objectOf({
      hash: { $ref: '#/components/schemas/Hash' },
      status: { const: 'success' },
      ...size,
      format: { enum: INPUT_FORMATS },
      bytes: count,
      url: { ...text, description: 'The target of the original.' },
    }),
    UploadTokenOrder: z.toJSONSchema(uploadTokenBody(Number.MAX_SAFE_INTEGER), { io: 'input' }),
    UploadToken: objectOf({
      status: { const: 'success' },
      token: text,
      expires: { ...count, description: 'Unix seconds.' },
      url: text,
    }),
    Deleted: objectOf({ status: { const: 'success' } }),
    VariantsOrder: z.toJSONSchema(variantsBody, { io: 'input' }),
    Variants: variantsSchema(),
    Srcset: objectOf(
      {
        srcset: { ...text, description: 'The value of the attribute, not escaped.' },
        sizes: text,
        src: { ...text, description: 'The target of the widest.' },
        ...size,
        picture: { ...text, description: 'A `<picture>` in HTML, escaped.' },
      },
      ['width', 'height'],
    ),
    Info: infoSchema(),
    Explanation: explanationSchema(),
    Health: objectOf({
      status: { const: 'ok' },
      versions: { type: 'object', additionalProperties: text },
    }),
    Readiness: objectOf({ status: { enum: ['ready', 'unready'] }, reasons: { type: 'array', items: text } }, [
      'reasons',
    ]),
  };
}

function errorSchema(): object {
  return objectOf(
    {
      status: { const: 'error' },
      message: { ...text, description: 'For people.' },
      code: { enum: ERROR_CODES, description: 'For programs; it does not change.' },
      segment: { ...text, description: 'Of a recipe: what is wrong.' },
      position: { ...count, description: 'Where that stands in the recipe, in segments from 0.' },
      expected: text,
      suggestion: text,
    },
    ['segment', 'position', 'expected', 'suggestion'],
  );
}

function variantsSchema(): object {
  const made = objectOf({
    recipe: { ...text, description: 'As it was asked for.' },
    status: { const: 'success' },
    url: { ...text, description: 'The canonical target; signed where signatures are on.' },
    ...size,
    format: { enum: OUTPUT_FORMATS },
    bytes: count,
    etag: text,
  });
  const failed = {
    allOf: [{ $ref: '#/components/schemas/Error' }, objectOf({ recipe: text })],
  };
  return objectOf({
    status: { const: 'success' },
    variants: { type: 'array', items: { oneOf: [made, failed] } },
  });
}

function infoSchema(): object {
  return objectOf(
    {
      ...size,
      format: { enum: INPUT_FORMATS },
      bytes: count,
      frames: { ...count, description: '1 for stills.' },
      pages: { ...count, description: 'Of a TIFF that has several.' },
      orientation: {
        type: 'integer',
        minimum: 1,
        maximum: 8,
        description: 'EXIF; sizes are upright already.',
      },
      hasAlpha: flag,
      depth: { ...count, description: 'Bits to a channel.' },
      colorSpace: text,
      hasProfile: flag,
      dominantColor: color,
      averageColor: color,
      palette: { type: 'array', items: text, maxItems: 8 },
      blurhash: text,
      thumbhash: { ...text, description: 'Base64.' },
      perceptualHash: { ...text, description: '64 bits in 16 hex digits.' },
      exif: { type: ['object', 'null'], description: 'With `exif=1`.' },
      faces: {
        type: 'array',
        items: { type: 'object' },
        description: 'With `faces=1`; in fractions, and in pixels.',
      },
    },
    ['pages', 'exif', 'faces'],
  );
}

function explanationSchema(): object {
  const picture = { ...size, format: text, frames: count };
  return objectOf(
    {
      source: objectOf({ ...picture, bytes: count }),
      steps: {
        type: 'array',
        items: objectOf(
          {
            segment: { ...text, description: 'Its canonical text.' },
            takenAs: {
              ...text,
              description: 'What is done, where settings, rules or hints make it another step.',
            },
            before: objectOf(size),
            after: objectOf(size),
          },
          ['takenAs'],
        ),
      },
      result: objectOf(picture),
      format: objectOf({ by: text, why: text }),
      output: { type: 'object', description: 'The settled output settings.' },
      url: { ...text, description: 'The canonical target.' },
      key: text,
      cached: flag,
      variesBy: { type: 'array', items: text },
    },
    ['output'],
  );
}
