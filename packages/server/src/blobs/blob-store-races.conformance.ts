import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlobStore } from './blob-store.ts';

/** What every driver promises when much happens at once, or in any order. */
export function blobStoreRaces(driver: string, open: () => Promise<BlobStore>): void {
  describe(`${driver} as a BlobStore under load`, () => {
    let store: BlobStore;

    beforeEach(async () => {
      store = await open();
    });
    afterEach(async () => {
      await store.close();
    });

    const putText = (key: string, text: string) => store.put(key, { bytes: Buffer.from(text) });
    const getText = async (key: string) => (await store.get(key))?.toString();
    const keys = async () => {
      const found: string[] = [];
      for await (const blob of store.list()) found.push(blob.key);
      return found.sort();
    };

    it('leaves one of the blobs, whole, of many put at once under one key', async () => {
      const blobs = Array.from({ length: 20 }, (_, index) => Buffer.alloc(50_000, index));
      await Promise.all(blobs.map((bytes) => store.put('ab/cd', { bytes })));
      const left = await store.get('ab/cd');
      expect(blobs.some((bytes) => left?.equals(bytes))).toBe(true);
      expect(await keys()).toEqual(['ab/cd']);
    });

    it('tolerates that blobs go and come while they are listed', async () => {
      for (let index = 0; index < 60; index += 1) await putText(`ab/k${index}`, 'x');
      const seen = new Set<string>();
      for await (const { key } of store.list()) {
        seen.add(key);
        await store.delete(`ab/k${seen.size + 20}`);
        await putText(`zz/n${seen.size}`, 'x');
        if (seen.size > 200) break;
      }
      expect(seen.size).toBeGreaterThan(10);
    });

    it('lets puts into the same folder go through while it becomes empty again and again', async () => {
      const rounds = Array.from({ length: 60 }, (_, index) => index);
      await Promise.all([
        ...rounds.map((index) => putText(`ab/cd/${index}`, `${index}`)),
        ...rounds.map((index) => store.delete(`ab/cd/${index}`)),
        ...rounds.map(() => store.deleteAll('ab/cd')),
      ]);
      for (const key of await keys()) expect(await getText(key)).toBe(key.slice('ab/cd/'.length));
      await store.deleteAll('ab');
      expect(await keys()).toEqual([]);
    });

    it('shows a reader either nothing or a whole blob while it is put and deleted', async () => {
      const blobs = [Buffer.alloc(40_000, 1), Buffer.alloc(90_000, 2)];
      let done = false;
      const writing = (async () => {
        for (let round = 0; round < 40; round += 1) {
          await store.put('ab/cd', { bytes: blobs[round % 2] ?? Buffer.alloc(0) });
          if (round % 3 === 0) await store.delete('ab/cd');
        }
        done = true;
      })();
      while (!done) {
        const seen = await store.get('ab/cd');
        expect(seen === undefined || blobs.some((bytes) => seen.equals(bytes))).toBe(true);
      }
      await writing;
    });

    it('law: it behaves as a map from keys to bytes', async () => {
      const key = fc.constantFrom('a/1', 'a/2', 'a/b/1', 'a/b/2', 'b/1', 'c');
      const prefix = fc.constantFrom('a', 'a/b', 'b', 'd');
      const step = fc.oneof(
        fc.record({ do: fc.constant('put' as const), key, bytes: fc.uint8Array({ maxLength: 20 }) }),
        fc.record({ do: fc.constant('delete' as const), key }),
        fc.record({ do: fc.constant('deleteAll' as const), prefix }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          const model = new Map<string, Buffer>();
          for (const name of ['a', 'b']) await store.deleteAll(name);
          await store.delete('c');
          for (const at of steps) {
            if (at.do === 'put') {
              await store.put(at.key, { bytes: at.bytes });
              model.set(at.key, Buffer.from(at.bytes));
            } else if (at.do === 'delete') {
              expect(await store.delete(at.key)).toBe(model.delete(at.key));
            } else {
              const below = [...model.keys()].filter((name) => name.startsWith(`${at.prefix}/`));
              for (const name of below) model.delete(name);
              expect(await store.deleteAll(at.prefix)).toBe(below.length);
            }
          }
          expect(await keys()).toEqual([...model.keys()].sort());
          for (const [name, bytes] of model) expect(await store.get(name)).toEqual(bytes);
        }),
        { numRuns: 25 },
      );
    });
  });
}
