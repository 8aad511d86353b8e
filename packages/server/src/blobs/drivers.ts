import type { BlobStore } from './blob-store.ts';
import { openDiskStore } from './disk.ts';
import { openMemoryStore } from './memory.ts';

/** What the drivers may need to know; each takes what is its own. */
export interface DriverSettings {
  readonly directory: string;
  /** Must what was put survive a power cut? True for originals, false for what can be made again. */
  readonly durable: boolean;
}

/** The drivers by the names that the configuration has for them: one line each. */
const DRIVERS = {
  disk: openDiskStore,
  memory: async () => openMemoryStore(),
} satisfies Record<string, (settings: DriverSettings) => Promise<BlobStore>>;

export type BlobDriver = keyof typeof DRIVERS;

/** Opens a blob store with the named driver; rejects with `storage_failed` where its place cannot be used. */
export function openBlobStore({ driver, ...settings }: DriverSettings & { readonly driver: BlobDriver }) {
  return DRIVERS[driver](settings);
}
