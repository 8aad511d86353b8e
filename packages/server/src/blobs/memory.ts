import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { ServiceError } from '../errors.ts';
import { parseBlobKey } from './blob-key.ts';
import type { BlobContent, BlobListing, BlobStore } from './blob-store.ts';
import { storageError } from './storage-error.ts';

export interface MemoryStoreOptions {
  /** Most bytes of all blobs together, beyond which `put` rejects with `disk_full`; no limit without it. */
  readonly maxBytes?: number;
}

/** Blobs in this process's memory, gone with it: for tests, and for machines without a disk worth the name. */
export function openMemoryStore({ maxBytes }: MemoryStoreOptions = {}): BlobStore {
  const tree = createBlobTree();
  const files = createScratchFolder();

  const put = async (key: string, content: BlobContent): Promise<void> => {
    const segments = parseBlobKey(key);
    const bytes = 'path' in content ? await files.consume(content.path) : Buffer.from(content.bytes);
    const replaced = tree.find(segments)?.bytes.byteLength ?? 0;
    if (maxBytes !== undefined && tree.bytes() - replaced + bytes.byteLength > maxBytes) {
      throw new ServiceError(
        'disk_full',
        `Cannot store ${key}: the memory store holds at most ${maxBytes} bytes`,
      );
    }
    tree.set(segments, { bytes, modifiedMs: Date.now() });
  };

  return {
    put,
    async get(key) {
      const blob = tree.find(parseBlobKey(key));
      return blob === undefined ? undefined : Buffer.from(blob.bytes);
    },
    async stat(key) {
      const blob = tree.find(parseBlobKey(key));
      return blob === undefined ? undefined : { bytes: blob.bytes.byteLength, modifiedMs: blob.modifiedMs };
    },
    async read(key, range) {
      const blob = tree.find(parseBlobKey(key));
      if (blob === undefined) return undefined;
      const part = range === undefined ? blob.bytes : blob.bytes.subarray(range.start, range.end + 1);
      return Readable.from([Buffer.from(part)], { objectMode: false });
    },
    async materialize(key) {
      const blob = tree.find(parseBlobKey(key));
      if (blob === undefined) return undefined;
      const path = await files.write(blob.bytes);
      const release = () => rm(path, { force: true });
      return { path, offset: 0, length: blob.bytes.byteLength, release };
    },
    temporaryFile: () => files.nextPath(),
    delete: async (key) => tree.delete(parseBlobKey(key)),
    deleteAll: async (prefix) => tree.deleteAll(parseBlobKey(prefix)),
    async touch(key) {
      const blob = tree.find(parseBlobKey(key));
      if (blob !== undefined) blob.modifiedMs = Date.now();
    },
    async *list(prefix) {
      yield* tree.list(prefix === undefined ? [] : parseBlobKey(prefix));
    },
    freeBytes: async () => (maxBytes === undefined ? undefined : maxBytes - tree.bytes()),
    close: () => files.close(),
  };
}

interface MemoryBlob {
  readonly bytes: Buffer;
  modifiedMs: number;
}

interface BlobNode {
  blob: MemoryBlob | undefined;
  readonly children: Map<string, BlobNode>;
}

/** A tree, so that to delete all of a prefix costs what lies below it, not a walk through every key. */
function createBlobTree() {
  const root: BlobNode = { blob: undefined, children: new Map() };
  let total = 0;

  const nodeAt = (segments: readonly string[]): BlobNode | undefined => {
    let node: BlobNode | undefined = root;
    for (const segment of segments) node = node?.children.get(segment);
    return node;
  };
  const replace = (node: BlobNode, blob: MemoryBlob | undefined): void => {
    total += (blob?.bytes.byteLength ?? 0) - (node.blob?.bytes.byteLength ?? 0);
    node.blob = blob;
  };
  const prune = (segments: readonly string[]): void => {
    for (let depth = segments.length; depth > 0; depth -= 1) {
      const node = nodeAt(segments.slice(0, depth));
      if (node === undefined || node.blob !== undefined || node.children.size > 0) return;
      nodeAt(segments.slice(0, depth - 1))?.children.delete(segments[depth - 1] ?? '');
    }
  };
  const clearBelow = (node: BlobNode): number => {
    let count = 0;
    for (const child of node.children.values()) {
      count += clearBelow(child) + (child.blob === undefined ? 0 : 1);
      replace(child, undefined);
    }
    node.children.clear();
    return count;
  };

  return {
    bytes: () => total,
    find: (segments: readonly string[]): MemoryBlob | undefined => nodeAt(segments)?.blob,
    set(segments: readonly string[], blob: MemoryBlob): void {
      let node = root;
      for (const segment of segments) {
        const child: BlobNode = node.children.get(segment) ?? { blob: undefined, children: new Map() };
        node.children.set(segment, child);
        node = child;
      }
      replace(node, blob);
    },
    delete(segments: readonly string[]): boolean {
      const node = nodeAt(segments);
      if (node?.blob === undefined) return false;
      replace(node, undefined);
      prune(segments);
      return true;
    },
    deleteAll(segments: readonly string[]): number {
      const node = nodeAt(segments);
      if (node === undefined) return 0;
      const count = clearBelow(node);
      prune(segments);
      return count;
    },
    list: (segments: readonly string[]): Iterable<BlobListing> => listBelow(nodeAt(segments), segments),
  };
}

function* listBelow(node: BlobNode | undefined, segments: readonly string[]): Generator<BlobListing> {
  for (const [name, child] of node?.children ?? []) {
    const path = [...segments, name];
    const { blob } = child;
    if (blob !== undefined) {
      yield { key: path.join('/'), bytes: blob.bytes.byteLength, modifiedMs: blob.modifiedMs };
    }
    yield* listBelow(child, path);
  }
}

/** A folder for what must be a file for a while: made when first asked for, this user's alone. */
function createScratchFolder() {
  let folder: Promise<string> | undefined;
  const nextPath = async (): Promise<string> => {
    try {
      folder ??= mkdtemp(join(tmpdir(), 'images-server-'));
      return join(await folder, randomUUID());
    } catch (error) {
      folder = undefined;
      throw storageError(error, 'make a temporary file');
    }
  };
  return {
    nextPath,
    async write(bytes: Buffer): Promise<string> {
      const path = await nextPath();
      try {
        await writeFile(path, bytes, { flag: 'wx', mode: 0o600 });
      } catch (error) {
        await rm(path, { force: true }).catch(() => undefined);
        throw storageError(error, 'write a temporary file');
      }
      return path;
    },
    async consume(path: string): Promise<Buffer> {
      if (folder === undefined || dirname(path) !== (await folder)) {
        throw new Error(`Expected a path that temporaryFile() gave, got ${path}`);
      }
      try {
        return await readFile(path);
      } catch (error) {
        throw storageError(error, 'read a temporary file');
      } finally {
        await rm(path, { force: true });
      }
    },
    async close(): Promise<void> {
      if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
    },
  };
}
