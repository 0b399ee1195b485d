import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { LabError } from '../../shared/contract/errors.ts';
import type { NetworkFacts, NetworkRequest } from '../../shared/contract/network.ts';
import type { OnnxFile, OnnxRequest } from '../../shared/contract/onnx.ts';
import {
  type PredictAnswer,
  predictAnswerSchema,
  type PredictFailure,
  type PredictQuestion,
  type PredictRequest,
  type PredictRow,
} from '../../shared/contract/predict.ts';
import { entryPath } from '../platform/entries.ts';
import { tensorflowEnvironment } from '../runtime/find.ts';

type Rows = (PredictRow | PredictFailure)[];

export interface PredictorOptions {
  /** processes that are kept, each with a network in memory */
  readonly most?: number;
  /** a process that is asked nothing for so long ends, ms */
  readonly idleMs?: number;
  /** all networks in one process: many that are asked in turn need TensorFlow once */
  readonly shared?: boolean;
}

/** Asks predict processes: one for each network, or one for all, which stays until it has been asked nothing for a while. */
export class Predictor {
  private readonly processes = new Map<string, PredictProcess>();
  private readonly most: number;
  private readonly idleMs: number;
  private readonly shared: boolean;
  /** processes that were started */
  starts = 0;

  constructor({ most = 2, idleMs = 120_000, shared = false }: PredictorOptions = {}) {
    this.most = most;
    this.shared = shared;
    this.idleMs = idleMs;
  }

  /**
   * Classifies images: one row per file, or why there is none.
   * @throws LabError of the process, or "trial-failed" that says how it ended when it ended without an answer; the signal's reason
   */
  ask(request: PredictRequest, signal?: AbortSignal): Promise<Rows> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    return this.processFor(request).ask((id) => ({ id, request }), 'predictions', signal);
  }

  /**
   * Writes a network as an ONNX file.
   * @throws LabError of the process, or "trial-failed" that says how it ended; the signal's reason
   */
  exportOnnx(request: OnnxRequest, signal?: AbortSignal): Promise<OnnxFile> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    return this.processFor(request).ask((id) => ({ id, exported: request }), 'exported', signal);
  }

  /**
   * Loads a network and says what it is.
   * @throws LabError of the process, or "trial-failed" that says how it ended; the signal's reason
   */
  describe(request: NetworkRequest, signal?: AbortSignal): Promise<NetworkFacts> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    return this.processFor(request).ask((id) => ({ id, described: request }), 'described', signal);
  }

  /** Ends all processes, whatever they are at. */
  async close(): Promise<void> {
    await Promise.all([...this.processes.values()].map((process) => process.kill()));
  }

  private processFor({ weights, model, inputSize }: NetworkRequest): PredictProcess {
    const key = this.shared ? 'all' : JSON.stringify([weights, stampOf(weights), model, inputSize]);
    const process = this.processes.get(key) ?? this.start(key);
    this.processes.delete(key); // and set again: what was asked last goes last
    this.processes.set(key, process);
    return process;
  }

  private start(key: string): PredictProcess {
    const [oldest] = this.processes;
    if (oldest && this.processes.size >= this.most) {
      this.processes.delete(oldest[0]);
      oldest[1].end();
    }
    this.starts++;
    const process = new PredictProcess(this.idleMs, () => {
      if (this.processes.get(key) === process) this.processes.delete(key);
    });
    return process;
  }
}

/** Weights that were written anew are another network. */
function stampOf(path: string): string {
  try {
    const { size, mtimeMs } = statSync(path);
    return `${size} ${mtimeMs}`;
  } catch {
    return ''; // the process says what is wrong
  }
}

/** What a process answers, by the kind of its answer. */
interface Answers {
  readonly predictions: Rows;
  readonly exported: OnnxFile;
  readonly described: NetworkFacts;
}

interface Pending {
  readonly resolve: (answer: Extract<PredictAnswer, { ok: true }>) => void;
  readonly reject: (error: unknown) => void;
}

class PredictProcess {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly pending = new Map<number, Pending>();
  private readonly idleMs: number;
  private readonly onEnd: () => void;
  private readonly closed: Promise<void>;
  private idle: NodeJS.Timeout | undefined;
  private nextId = 0;

  /** @param onEnd called when it is to be asked nothing more */
  constructor(idleMs: number, onEnd: () => void) {
    this.idleMs = idleMs;
    this.onEnd = onEnd;
    this.child = spawn(process.execPath, [entryPath('predict')], { env: tensorflowEnvironment() });
    const { child } = this;
    let notStarted: Error | null = null;
    let log = '';
    child.on('error', (error) => (notStarted = error));
    child.stdin.on('error', () => {}); // it may die before it reads
    child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
    createInterface({ input: child.stdout }).on('line', (line) => this.hear(line));
    this.closed = new Promise((resolve) =>
      child.on('close', (code, signal) => {
        clearTimeout(this.idle);
        onEnd();
        for (const id of [...this.pending.keys()]) this.take(id)?.reject(noAnswer(notStarted, code, signal, log));
        resolve();
      }),
    );
  }

  /** @param question what is asked, under an id @param kind of its answer */
  ask<K extends keyof Answers>(question: (id: number) => PredictQuestion, kind: K, signal?: AbortSignal): Promise<Answers[K]> {
    clearTimeout(this.idle);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const cancel = () => {
        this.write({ cancel: id });
        this.take(id)?.reject(signal!.reason);
      };
      const settled = () => signal?.removeEventListener('abort', cancel);
      this.pending.set(id, {
        resolve: (answer) => (settled(), resolve((answer as unknown as Answers)[kind])), // a question has one kind of answer
        reject: (error) => (settled(), reject(error as Error)),
      });
      signal?.addEventListener('abort', cancel);
      this.write(question(id));
    });
  }

  /** Answers what it was asked, and ends. */
  end(): void {
    this.onEnd();
    this.child.stdin.end();
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.closed;
  }

  private write(question: PredictQuestion): void {
    this.child.stdin.write(`${JSON.stringify(question)}\n`);
  }

  private hear(line: string): void {
    const answer = answerIn(line);
    if (!answer) return;
    const call = this.take(answer.id);
    if (answer.ok) call?.resolve(answer);
    else call?.reject(new LabError(answer.error.code, answer.error.message, answer.error.details));
  }

  private take(id: number): Pending | undefined {
    const call = this.pending.get(id);
    this.pending.delete(id);
    if (this.pending.size === 0) {
      clearTimeout(this.idle);
      this.idle = setTimeout(() => this.end(), this.idleMs).unref();
    }
    return call;
  }
}

/** TensorFlow may print lines of its own. */
function answerIn(line: string): PredictAnswer | null {
  try {
    return predictAnswerSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

function noAnswer(notStarted: Error | null, code: number | null, signal: NodeJS.Signals | null, log: string): LabError {
  if (notStarted) return new LabError('trial-failed', `The prediction process could not be started: ${notStarted.message}.`);
  const how = signal
    ? `was ended by ${signal}${signal === 'SIGKILL' ? ': most often memory ran out; close other programs, or take a smaller input size' : ''}`
    : `ended with code ${code}`;
  const last = log.trim().split('\n').at(-1);
  return new LabError(
    'trial-failed',
    `The prediction process ${how}, without an answer.${last ? ` Its last words: ${last}` : ''}`,
  );
}
