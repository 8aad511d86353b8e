import { totalmem } from 'node:os';
import { printByteSize } from '../../config/byte-size.ts';
import type { Settings } from '../../config/schema.ts';
import { type Finding, ok, problem } from './finding.ts';

/** The server without its cache in memory, and a render process between two jobs (measured, rounded up). */
const SERVER_BYTES = 160 * 1024 ** 2;
const PROCESS_BYTES = 80 * 1024 ** 2;
const MEBIBYTE = 1024 ** 2;

type MemorySettings = Pick<Settings, 'renderProcesses' | 'renderMemoryBytes' | 'cacheMemoryBytes'>;

/** Compares what the settings allow with what there is: `availableBytes` of the container, or of the machine. */
export function checkMemory(settings: MemorySettings, availableBytes = memoryLimit()): Finding {
  const { renderProcesses, renderMemoryBytes, cacheMemoryBytes } = settings;
  const fixedBytes = SERVER_BYTES + renderProcesses * PROCESS_BYTES + cacheMemoryBytes;
  const neededBytes = fixedBytes + renderMemoryBytes;
  const message = `up to ${rounded(neededBytes)} of ${rounded(availableBytes)}`;
  if (neededBytes <= availableBytes) return ok('memory', message);
  const leftBytes = availableBytes - fixedBytes;
  const change =
    leftBytes >= 64 * MEBIBYTE
      ? `set RENDER_MEMORY_BYTES=${rounded(leftBytes)} or less, or give it more memory`
      : 'give it more memory, or set RENDER_PROCESSES and CACHE_MEMORY_BYTES lower';
  return problem('memory', message, change);
}

function memoryLimit(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

function rounded(bytes: number): string {
  return printByteSize(Math.floor(bytes / MEBIBYTE) * MEBIBYTE);
}
