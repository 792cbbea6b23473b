import type { LearnersApp } from "../learners-app.ts";
import type { Worker } from "../stage/pm2.ts";
import type { TraceEvent } from "../trace/events.ts";
import { nameOf } from "../trace/line.ts";
import type { WorkerView } from "./protocol.ts";
import { Tally } from "./tally.ts";

/** How often the workers are looked at, in ms. */
const LOOK_EVERY = 1_000;

export interface WorkerWatchOptions {
  /** The app whose workers they are; undefined while none is up. */
  app: () => Pick<LearnersApp, "workers"> | undefined;
  /** Whether any page is open: without one, nobody needs to know. */
  isWatched: () => boolean;
  tell: (workers: readonly WorkerView[]) => void;
}

/** Looks at the workers of the app that runs, each second, and counts what they do. */
export class WorkerWatch implements Disposable {
  readonly #options: WorkerWatchOptions;
  readonly #tally = new Tally();
  readonly #timer: NodeJS.Timeout;
  /** The look that is under way, and the one that follows it. */
  #looking: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #views: readonly WorkerView[] = [];

  constructor(options: WorkerWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      if (options.isWatched() && !this.#looking) void this.look();
    }, LOOK_EVERY);
  }

  /** As they were at the last look. */
  get views(): readonly WorkerView[] {
    return this.#views;
  }

  hear(event: TraceEvent): void {
    this.#tally.hear(event);
  }

  /**
   * Looks now, one look at a time: what it tells is never older than the call, so while a look is
   * under way another one follows.
   */
  async look(): Promise<void> {
    if (this.#looking) {
      this.#next ??= this.#looking.then(() => {
        this.#next = undefined;
        return this.look();
      });
      return this.#next;
    }
    this.#looking = this.#lookOnce().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const app = this.#options.app();
    if (!app) return;
    try {
      const found = await app.workers();
      if (this.#options.app() !== app) return;
      const pids = new Set(found.map(({ pid }) => pid));
      this.#tally.ended((pid) => pids.has(pid));
      this.#show(found.map((worker) => this.#viewOf(worker)));
    } catch {
      // pm2 is being replaced, or ends; the next look will see.
    }
  }

  /** The app is not up: it has no workers. */
  noneLeft(): void {
    if (this.#views.length > 0) this.#show([]);
  }

  /** Another session begins. */
  clear(): void {
    this.#tally.clear();
    this.noneLeft();
  }

  #show(views: readonly WorkerView[]): void {
    this.#views = views;
    this.#options.tell(views);
  }

  #viewOf(worker: Worker): WorkerView {
    const { instance, host, pid, state, mode, restarts, startedAt, cpu, memory } = worker;
    const shown = { instance, host, pid, state, mode, restarts, startedAt, cpu, memory };
    return {
      ...shown,
      name: nameOf(worker),
      clients: this.#tally.clients(pid),
      rate: this.#tally.rate(pid),
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
