/** Works on every item, on at most `limit` of them at once; the results stand in the items' order. Rejects as the first work does. */
export async function mapLimited<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Map<number, Result>();
  const waiting = items.entries();
  async function takeTurns(): Promise<void> {
    for (const [index, item] of waiting) results.set(index, await work(item));
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, takeTurns));
  return [...results].sort(([one], [other]) => one - other).map(([, result]) => result);
}
