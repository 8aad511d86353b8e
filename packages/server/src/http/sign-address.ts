import { signTarget } from '@images-server/recipe';

/**
 * Signs the target of a picture that this server hands out, where it checks signatures; `expires` (Unix seconds) is the
 * end of the address that it was asked by, which those it hands out must not outlive.
 */
export type SignAddress = (target: string, options?: { expires?: number | undefined }) => Promise<string>;

/** Creates it with the first of the keys; without signatures a target is an address as it is. */
export function createSignAddress(options: {
  mode: 'off' | 'optional' | 'required';
  keys: readonly string[];
}): SignAddress {
  const { mode, keys } = options;
  const [key] = keys;
  return async (target, { expires } = {}) => {
    if (mode === 'off' || key === undefined) return target;
    return signTarget(target, key, expires === undefined ? {} : { expires });
  };
}
