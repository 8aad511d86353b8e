import { RENDER_FAILURE_CODES, type RenderAnswer, type RenderMessage } from './protocol.ts';
import { isLengthInFile } from './result-file.ts';

const FAILURE_CODES: ReadonlySet<unknown> = new Set(RENDER_FAILURE_CODES);

/**
 * What a render process sent, or undefined where it is not in the protocol. Hostile pictures are decoded there, so what
 * it says is not taken on trust: everything that the server itself goes by is checked.
 */
export function parseRenderMessage(message: unknown): RenderMessage | undefined {
  return isReady(message) || isAnswer(message) ? message : undefined;
}

function isReady(message: unknown): message is { readonly ready: true } {
  return isObject(message) && 'ready' in message && message.ready === true;
}

function isAnswer(message: unknown): message is RenderAnswer {
  if (!isObject(message) || !('id' in message) || typeof message.id !== 'number') return false;
  if (!('rssBytes' in message) || typeof message.rssBytes !== 'number') return false;
  if ('bytesInFile' in message && !isLengthInFile(message.bytesInFile)) return false;
  if ('result' in message) return isResult(message.result);
  return 'failure' in message && isFailure(message.failure);
}

function isResult(result: unknown): boolean {
  if (!isObject(result) || !('kind' in result)) return false;
  if (result.kind === 'facts') return 'facts' in result && isObject(result.facts);
  if (result.kind === 'faces') return 'faces' in result && isFaces(result.faces);
  if (result.kind === 'analysis') {
    return 'facts' in result && isObject(result.facts) && 'analysis' in result && isObject(result.analysis);
  }
  if (result.kind !== 'variant' || !('bytes' in result) || !('sizes' in result)) return false;
  return result.bytes instanceof Uint8Array && Array.isArray(result.sizes) && result.sizes.every(isSize);
}

/** Each has four sides and a score: they are kept, and other render processes compute with them. */
function isFaces(faces: unknown): boolean {
  return Array.isArray(faces) && faces.every((face) => isObject(face) && isFace({ ...face }));
}

function isFace(face: Record<string, unknown>): boolean {
  const numbers = [face.left, face.top, face.width, face.height, face.score];
  return numbers.every((number) => Number.isFinite(number));
}

function isSize(size: unknown): boolean {
  if (!isObject(size) || !('width' in size) || !('height' in size)) return false;
  return Number.isInteger(size.width) && Number.isInteger(size.height);
}

function isFailure(failure: unknown): boolean {
  if (!isObject(failure) || !('code' in failure) || !('message' in failure)) return false;
  return FAILURE_CODES.has(failure.code) && typeof failure.message === 'string';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
