/** The stages of one request and how long each took, milliseconds. */
export interface StageTimer {
  measure<Value>(stage: string, work: Promise<Value>): Promise<Value>;
  /** Adds time that somebody else measured. */
  add(stage: string, durationMs: number): void;
  readonly stages: ReadonlyMap<string, number>;
}

/** Creates a timer for one request. */
export function createStageTimer(): StageTimer {
  const stages = new Map<string, number>();

  function add(stage: string, durationMs: number): void {
    stages.set(stage, (stages.get(stage) ?? 0) + durationMs);
  }

  async function measure<Value>(stage: string, work: Promise<Value>): Promise<Value> {
    const startedMs = performance.now();
    try {
      return await work;
    } finally {
      add(stage, performance.now() - startedMs);
    }
  }

  return { measure, add, stages };
}
