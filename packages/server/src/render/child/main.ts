import { ServiceError } from '../../errors.ts';
import { dropUser } from '../drop-user.ts';
import {
  RENDER_FAILURE_CODES,
  type RenderFailure,
  type RenderMessage,
  type RenderRequest,
  type RenderResult,
} from '../protocol.ts';
import { leaveInFile, RESULT_FILE_ENV } from '../result-file.ts';
import { createDecodedPixels } from './decoded-pixels.ts';
import { createFaceFinder } from './faces/face-finder.ts';
import { readWeightFiles } from './faces/weights.ts';
import { createInputReader } from './input-reader.ts';
import { restrictDecoders } from './restrict-decoders.ts';
import { runJob } from './run-job.ts';

restrictDecoders();
const readInput = createInputReader();
// Read before the rights are given up, understood when the first face is looked for.
const findFaces = createFaceFinder(readWeightFiles());
const decodedPixels = createDecodedPixels();
const resultFile = process.env[RESULT_FILE_ENV];

// Without the server there is nothing left to do; leaving in peace would wait for a decoder that may be stuck.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// A terminal sends these to every process. The server has them too, and wants the jobs under way finished.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

let lastJob = Promise.resolve();
process.on('message', (message) => {
  // Only the server can write to this channel, and it writes nothing else.
  const request = message as RenderRequest;
  lastJob = lastJob.then(() => answer(request));
});
// All code is loaded: from here on nothing needs the rights of the server's user.
dropUser(process.env);
send({ ready: true });

async function answer({ id, job }: RenderRequest): Promise<void> {
  try {
    const result = await runJob(job, readInput, findFaces, decodedPixels);
    send({ id, ...sendable(result), rssBytes: process.memoryUsage.rss() });
  } catch (error) {
    send({ id, failure: failureOf(error), rssBytes: process.memoryUsage.rss() });
  }
}

/** What is sent of a result: its bytes may lie in the result file. */
function sendable(result: RenderResult): { result: RenderResult; bytesInFile?: number } {
  if (result.kind !== 'variant' || resultFile === undefined) return { result };
  if (!leaveInFile(result.bytes, Number(resultFile))) return { result };
  return { result: { ...result, bytes: new Uint8Array() }, bytesInFile: result.bytes.length };
}

function failureOf(error: unknown): RenderFailure {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof ServiceError ? error.code : 'internal';
  return { code: RENDER_FAILURE_CODES.find((known) => known === code) ?? 'internal', message };
}

function send(message: RenderMessage): void {
  process.send?.(message);
}
