import type { Box } from '@images-server/recipe';

/** Finds a box, or recalls it. */
export type FindBox = (find: () => Promise<Box>) => Promise<Box>;

/** A picture of one frame has nothing to recall. */
export const findAnew: FindBox = (find) => find();

/**
 * What is found on the first frame of an animation holds for all: each frame has to take its own from here, and gets
 * the first one's finds in the order in which it asks.
 */
export function createFirstFrame(): { finderOfNextFrame(): FindBox } {
  const found: Box[] = [];
  return {
    finderOfNextFrame() {
      let asked = 0;
      return async (find) => {
        const known = found[asked];
        asked += 1;
        if (known !== undefined) return known;
        const box = await find();
        found.push(box);
        return box;
      };
    },
  };
}
