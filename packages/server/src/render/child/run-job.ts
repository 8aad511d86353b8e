import type { InputLimits, RenderInput, RenderJob, RenderResult } from '../protocol.ts';
import { analysePicture } from './analyse/analyse-picture.ts';
import { createDecodedPixels, type DecodedPixels } from './decoded-pixels.ts';
import { createFaceFinder, type FindFaces } from './faces/face-finder.ts';
import { readWeightFiles } from './faces/weights.ts';
import { createInputReader } from './input-reader.ts';
import { createLayers } from './layers.ts';
import { passOverOriginal } from './pass.ts';
import { type Header, headerFromFacts, probe, withPages } from './probe.ts';
import { renderPicture } from './render-picture.ts';
import { verify } from './verify.ts';

/**
 * Does one job. Throws a `ServiceError` that says what the picture deserves, or another error for a bug of ours. With a
 * reader that is kept for the next job, that job begins only when this one has ended. A finder of faces is kept so that it
 * need not be made ready again, and pixels for jobs about the same original.
 */
export async function runJob(
  job: RenderJob,
  readInput: (input: RenderInput) => Buffer = createInputReader(),
  findFaces: FindFaces = createFaceFinder(readWeightFiles()),
  decodedPixels: DecodedPixels = createDecodedPixels(),
): Promise<RenderResult> {
  const startedMs = performance.now();
  const bytes = readInput(job.input);
  if (job.kind === 'analyse') return analyse(bytes, job.limits);
  const page = job.kind === 'render' || job.kind === 'faces' ? job.page : undefined;
  const header = knownHeader(job, bytes) ?? (await probe(bytes, job.limits, page));
  if (job.kind === 'faces') {
    const { facts } = header;
    const faces = await findFaces(passOverOriginal({ bytes, facts, page }));
    return { kind: 'faces', faces };
  }
  if (job.kind !== 'render') {
    if (job.kind === 'verify') await verify(bytes, header.facts);
    return { kind: 'facts', facts: await withPages(bytes, header.facts, job.limits) };
  }
  const { facts } = header;
  const decoded =
    job.keepPixelsAs === undefined ? undefined : await decodedPixels(job.keepPixelsAs, { bytes, facts });
  const rendered = await renderPicture(bytes, header, { decoded, layers: createLayers(job), ...job });
  const renderMs = performance.now() - startedMs;
  return { kind: 'variant', ...rendered, format: job.output.format, timings: { renderMs } };
}

/** What needs no look at the bytes: most renders are of a picture that has been seen whole before. */
function knownHeader(job: RenderJob, bytes: Buffer): Header | undefined {
  if (job.kind !== 'render' || job.facts === undefined || job.page !== undefined) return undefined;
  return headerFromFacts(bytes, job.facts, job.limits);
}

async function analyse(bytes: Buffer, limits: InputLimits): Promise<RenderResult> {
  const { facts } = await probe(bytes, limits);
  return { kind: 'analysis', facts, analysis: await analysePicture(bytes, facts) };
}
