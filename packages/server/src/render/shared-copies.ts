/** A copy of a file, there until it is released. */
export interface SharedCopy {
  readonly path: string;
  /** Never rejects. */
  release(): Promise<void>;
}

/** Copies of files that several may use one after the other, each kept for a moment after its last use. */
export interface SharedCopies {
  /** A copy of the file, which never changes; `bytes` is its size. Rejects with what `make` rejects with. */
  take(path: string, bytes: number): Promise<SharedCopy>;
  /** Forgets all copies, without removing them. */
  close(): void;
}

interface Copy {
  readonly path: Promise<string>;
  readonly bytes: number;
  users: number;
  goodbye: NodeJS.Timeout | undefined;
}

const MAX_KEPT_BYTES = 32 * 1024 * 1024;

/**
 * `make` copies a file and says where the copy is; `remove` removes a copy and never rejects. Each is kept for `keptMs`
 * after its last use, all together at most 32 MiB of them.
 */
export function createSharedCopies(dependencies: {
  make: (path: string) => Promise<string>;
  remove: (copy: string) => Promise<void>;
  keptMs: number;
}): SharedCopies {
  const { make, remove, keptMs } = dependencies;
  const copies = new Map<string, Copy>();
  let keptBytes = 0;

  async function drop(of: string, copy: Copy): Promise<void> {
    clearTimeout(copy.goodbye);
    if (copies.get(of) === copy) copies.delete(of);
    await copy.path.then(remove, () => {});
  }

  function start(of: string, bytes: number): Copy {
    const copy: Copy = { path: make(of), bytes, users: 0, goodbye: undefined };
    copies.set(of, copy);
    // What could not be made is not there for the next one either.
    copy.path.catch(() => copies.delete(of));
    return copy;
  }

  function use(copy: Copy): void {
    copy.users += 1;
    if (copy.goodbye === undefined) return;
    clearTimeout(copy.goodbye);
    copy.goodbye = undefined;
    keptBytes -= copy.bytes;
  }

  async function release(of: string, copy: Copy): Promise<void> {
    copy.users -= 1;
    if (copy.users > 0) return;
    if (keptMs === 0 || keptBytes + copy.bytes > MAX_KEPT_BYTES) return drop(of, copy);
    keptBytes += copy.bytes;
    copy.goodbye = setTimeout(() => {
      keptBytes -= copy.bytes;
      void drop(of, copy);
    }, keptMs);
    copy.goodbye.unref();
  }

  return {
    async take(of, bytes) {
      const copy = copies.get(of) ?? start(of, bytes);
      use(copy);
      const path = await copy.path;
      return { path, release: () => release(of, copy) };
    },
    close() {
      for (const copy of copies.values()) clearTimeout(copy.goodbye);
      copies.clear();
    },
  };
}
