/** One stage of a request. */
export interface StageSpan {
  readonly stage: string;
  /** On the clock of `performance.now()`, milliseconds. */
  readonly startedMs: number;
  readonly durationMs: number;
}

/** The stages of one request and how long each took, milliseconds. */
export interface StageTimer {
  measure<Value>(stage: string, work: Promise<Value>): Promise<Value>;
  /** A stage begins; it ends when the returned function is called, once. */
  begin(stage: string): () => void;
  /** The sums of those that have ended. */
  readonly stages: ReadonlyMap<string, number>;
  /** Those that have ended, each time on its own. */
  readonly spans: readonly StageSpan[];
  /** Calls `then` when none is under way: at once where that is so. */
  whenEnded(then: () => void): void;
}

/** Creates a timer for one request. */
export function createStageTimer(): StageTimer {
  const stages = new Map<string, number>();
  const spans: StageSpan[] = [];
  const waiting: (() => void)[] = [];
  let underWay = 0;

  function begin(stage: string): () => void {
    const startedMs = performance.now();
    underWay += 1;
    return () => {
      const durationMs = performance.now() - startedMs;
      spans.push({ stage, startedMs, durationMs });
      stages.set(stage, (stages.get(stage) ?? 0) + durationMs);
      underWay -= 1;
      if (underWay === 0) for (const then of waiting.splice(0)) then();
    };
  }

  async function measure<Value>(stage: string, work: Promise<Value>): Promise<Value> {
    const end = begin(stage);
    try {
      return await work;
    } finally {
      end();
    }
  }

  function whenEnded(then: () => void): void {
    if (underWay > 0) waiting.push(then);
    else then();
  }

  return { measure, begin, stages, spans, whenEnded };
}
