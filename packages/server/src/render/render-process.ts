import type { ChildProcess } from 'node:child_process';
import { parseRenderMessage } from './parse-render-message.ts';
import type { RenderAnswer, RenderJob, RenderRequest } from './protocol.ts';
import { openResultFile, type ResultFile } from './result-file.ts';

/** Why a render process ended: `crashed` is its own doing (or someone's outside), everything else was ours. */
export type EndReason =
  | 'crashed'
  | 'deadline'
  | 'abandoned'
  | 'recycled'
  | 'start_deadline'
  | 'protocol'
  | 'closed';

/** `exitCode` and `signal` as Node gives them; both null where it could not even be started. */
export interface ProcessEnd {
  readonly reason: EndReason;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `unsent`: the process had ended before the job reached it, so the job may go to another. */
export type RenderReply =
  | { readonly kind: 'answered'; readonly answer: RenderAnswer }
  | { readonly kind: 'ended'; readonly end: ProcessEnd }
  | { readonly kind: 'unsent' };

export interface RenderProcess {
  readonly pid: number | undefined;
  /** `ended` from the moment it is killed: it is of no use any more, though the kernel may take a moment. */
  state(): 'starting' | 'ready' | 'ended';
  /** Jobs that reached it. */
  requested(): number;
  /** Resident memory after the last job, in bytes; 0 before the first. */
  rssBytes(): number;
  /** The last of what it wrote to stderr, at most 4,096 characters; or why it could not be started. */
  stderr(): string;
  /** Hands over a job. Only after the reply to the one before. */
  request(job: RenderJob): Promise<RenderReply>;
  /** SIGKILL, whatever it is doing: a polite signal would wait for the stuck decoder. */
  kill(reason: Exclude<EndReason, 'crashed'>): void;
  /** When the kernel has taken it back. */
  readonly exited: Promise<ProcessEnd>;
}

export interface RenderProcessOptions {
  /** With the descriptor of the file for its results, if there is one. */
  launch(resultFile: number | undefined): ChildProcess;
  /** How long it may take until it is ready, in milliseconds; then it is killed. */
  readonly startDeadlineMs: number;
  /** Called after `state` has changed; never before `startRenderProcess` has returned. */
  onChange(): void;
}

interface PendingRequest {
  readonly id: number;
  isSent: boolean;
  reply(reply: RenderReply): void;
}

const MAX_STDERR_CHARACTERS = 4096;

/** One child process that takes one job at a time. Throws what `launch` throws. */
export function startRenderProcess({
  launch,
  startDeadlineMs,
  onChange,
}: RenderProcessOptions): RenderProcess {
  const resultFile = openResultFile();
  const child = launchWith(resultFile, launch);
  let state: 'starting' | 'ready' | 'ended' = 'starting';
  let killedFor: EndReason | undefined;
  let requested = 0;
  let rssBytes = 0;
  let pending: PendingRequest | undefined;
  const startTimer = setTimeout(() => kill('start_deadline'), startDeadlineMs);

  function end(processEnd: ProcessEnd): void {
    if (state === 'ended') return;
    state = 'ended';
    clearTimeout(startTimer);
    pending?.reply(pending.isSent ? { kind: 'ended', end: processEnd } : { kind: 'unsent' });
    onChange();
  }

  function kill(reason: EndReason): void {
    if (state === 'ended') return;
    killedFor = reason;
    child.kill('SIGKILL');
    end({ reason, exitCode: null, signal: 'SIGKILL' });
  }

  child.on('message', (raw) => {
    const message = parseRenderMessage(raw);
    if (state === 'ended') return;
    if (message !== undefined && 'ready' in message && state === 'starting') {
      state = 'ready';
      clearTimeout(startTimer);
      onChange();
    } else if (message !== undefined && 'id' in message && message.id === pending?.id) {
      const { reply } = pending;
      const answer = withBytes(message, resultFile);
      if (answer === undefined) return kill('protocol');
      pending = undefined;
      rssBytes = message.rssBytes;
      reply({ kind: 'answered', answer });
    } else {
      // A process that says what it was not asked is damaged, or somebody else's by now.
      kill('protocol');
    }
  });

  return {
    pid: child.pid,
    state: () => state,
    requested: () => requested,
    rssBytes: () => rssBytes,
    stderr: collectStderr(child),
    async request(job) {
      if (state !== 'ready') return { kind: 'unsent' };
      return new Promise((reply) => {
        const request: PendingRequest = { id: requested, isSent: false, reply };
        pending = request;
        const message: RenderRequest = { id: request.id, job };
        // Where it fails the process is gone: its exit, which follows, replies.
        child.send(message, (error) => {
          if (error !== null) return;
          request.isSent = true;
          requested += 1;
        });
      });
    },
    kill,
    exited: exitOf(child).then((exit) => {
      const processEnd = { reason: killedFor ?? 'crashed', ...exit };
      resultFile?.close();
      end(processEnd);
      return processEnd;
    }),
  };
}

function launchWith(
  resultFile: ResultFile | undefined,
  launch: RenderProcessOptions['launch'],
): ChildProcess {
  try {
    return launch(resultFile?.descriptor);
  } catch (error) {
    resultFile?.close();
    throw error;
  }
}

/** The answer with the bytes that it left in the file; undefined where they are not there. */
function withBytes(answer: RenderAnswer, file: ResultFile | undefined): RenderAnswer | undefined {
  if (!('result' in answer) || answer.result.kind !== 'variant' || answer.bytesInFile === undefined)
    return answer;
  const bytes = file?.read(answer.bytesInFile);
  return bytes && { ...answer, result: { ...answer.result, bytes } };
}

function exitOf(child: ChildProcess): Promise<Pick<ProcessEnd, 'exitCode' | 'signal'>> {
  return new Promise((resolve) => {
    child.on('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    // Where it could not be spawned there is no exit. Errors of a running one are its channel's: an exit follows.
    child.on('error', () => {
      if (child.pid === undefined) resolve({ exitCode: null, signal: null });
    });
  });
}

function collectStderr(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-MAX_STDERR_CHARACTERS);
  });
  child.on('error', (error) => {
    if (child.pid === undefined) text = error.message;
  });
  return () => text;
}
