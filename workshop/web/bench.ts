import { relative } from "node:path";
import { root, steps, type Step } from "../catalog.ts";
import { NotRunning, type LearnersApp } from "../learners-app.ts";
import { nextStep, progressOf } from "../progress.ts";
import { UsageProblem } from "../problems.ts";
import { Desk } from "../session/desk.ts";
import { messageOf } from "../failure.ts";
import type { Tools } from "../session/tools.ts";
import { Crowd } from "./crowd.ts";
import { Lens } from "./lens/lens.ts";
import { Notices } from "./notices.ts";
import type {
  BenchState,
  Code,
  ServerToPage,
  SessionView,
  StepView,
  WorkerAct,
  WorkerView,
} from "./protocol.ts";
import { WorkerWatch } from "./worker-watch.ts";

/** Changes that come within this time are told at once, in ms. */
const GATHER = 80;
/** More workers than this teach nothing new, and most machines have no cores for them. */
export const MOST_WORKERS = 8;

/** How the bench tells all pages. */
export type Broadcast = <E extends keyof ServerToPage>(
  event: E,
  ...what: Parameters<ServerToPage[E]>
) => void;

interface Session {
  desk: Desk;
  code: Code;
  run: number;
  working: Promise<void>;
  took: number | undefined;
}

/**
 * What stands on the workbench: one desk at a time, the same that a terminal shows, with the lens,
 * the workers and the crowd around it. It knows nothing of connections: `broadcast` has them.
 */
export class Bench implements AsyncDisposable {
  readonly lens: Lens;
  readonly crowd: Crowd;
  readonly notices: Notices;
  readonly #server = String(process.pid);
  readonly #tools: Tools;
  readonly #broadcast: Broadcast;
  readonly #watch: WorkerWatch;
  #session: Session | undefined;
  #runs = 0;
  #acts: Promise<unknown> = Promise.resolve();
  #telling: NodeJS.Timeout | undefined;

  /** @param isWatched whether any page is open: without one, nobody looks at the workers */
  constructor(tools: Tools, broadcast: Broadcast, isWatched: () => boolean) {
    this.#tools = tools;
    this.#broadcast = broadcast;
    this.lens = new Lens((batch) => broadcast("lens", batch));
    this.crowd = new Crowd((state) => broadcast("crowd", state));
    this.notices = new Notices({
      notice: (notice) => broadcast("notice", notice),
      output: (lines) => broadcast("output", lines),
    });
    this.#watch = new WorkerWatch({
      app: () => (this.#session?.desk.app?.isUp ? this.#session.desk.app : undefined),
      isWatched,
      tell: (workers) => broadcast("workers", workers),
    });
  }

  get state(): BenchState {
    const session = this.#session;
    return {
      server: this.#server,
      steps: steps.map(viewOf),
      next: nextStep().number,
      session: session && sessionView(session),
    };
  }

  get workers(): readonly WorkerView[] {
    return this.#watch.views;
  }

  /** The desk of a step. @throws NotRunning when that step does not run, or no longer. */
  deskOf(step: Step): Desk {
    const desk = this.#session?.desk;
    if (!desk) throw new NotRunning("Nothing runs: start a step first.");
    if (desk.step.number === step.number) return desk;
    throw new NotRunning(
      `Step ${desk.step.number} runs by now, not step ${step.number}: nothing was done.`,
    );
  }

  /** Starts a step, and ends what runs before. Resolved when its app is on its way. */
  async start(step: Step, code: Code): Promise<void> {
    this.#session?.desk.end();
    await this.#act(async () => {
      await this.#close();
      await this.#open(step, code);
    });
  }

  /** Ends a step; the page stays. Nothing to do when nothing runs. */
  async stop(step: Step): Promise<void> {
    if (!this.#session) return;
    const desk = this.deskOf(step);
    desk.end();
    await this.#act(async () => {
      if (this.#session?.desk === desk) await this.#close();
    });
  }

  /** Does to the workers of a step what pm2 does, or what happens to them at night. */
  async onWorkers(step: Step, act: WorkerAct): Promise<void> {
    // A kill waits for nobody: what comes of one in the middle of a reload is worth to be seen.
    if (act.do === "kill") await this.#kill(step, act.pid);
    else if (act.do === "reload") await this.#act(() => this.#reload(step, act.host));
    else await this.#act(() => this.#scale(step, act.to, act.host));
  }

  #appOf(step: Step): LearnersApp {
    const { app } = this.deskOf(step);
    if (app) return app;
    throw new NotRunning("The app is not up yet.");
  }

  async #kill(step: Step, pid: number): Promise<void> {
    const app = this.#appOf(step);
    const found = this.workers.find((worker) => worker.pid === pid);
    await app.kill(pid);
    const text = `${found?.name ?? "A worker"} (pid ${pid}) was killed: kill -9`;
    this.lens.note({ at: Date.now(), text, kind: "bad" });
    await this.#watch.look();
  }

  async #reload(step: Step, host: string | undefined): Promise<void> {
    const app = this.#appOf(step);
    this.lens.note({ at: Date.now(), text: `pm2 reload${onHost(host)}`, kind: "info" });
    await app.reload(host);
    await this.#watch.look();
  }

  async #scale(step: Step, to: number, host: string | undefined): Promise<void> {
    const app = this.#appOf(step);
    if (!Number.isInteger(to) || to < 1 || to > MOST_WORKERS) {
      throw new UsageProblem(`From 1 to ${MOST_WORKERS} workers, please.`);
    }
    const workers = await app.workers();
    if (step.runs === "pm2" && workers.some(({ mode }) => mode === "fork")) {
      throw new UsageProblem(
        "pm2 scales apps in cluster mode only: in fork mode a second process would find the port taken.",
      );
    }
    this.lens.note({ at: Date.now(), text: `pm2 scale to ${to}${onHost(host)}`, kind: "info" });
    await app.scale(to, host);
    await this.#watch.look();
  }

  /** Kills a step's own Redis, or starts it again. */
  async setRedis(step: Step, want: "up" | "down"): Promise<void> {
    await this.#act(async () => {
      const desk = this.deskOf(step);
      if (desk.isRedisUp === undefined) {
        throw new UsageProblem(
          desk.redis
            ? "This Redis is not the workbench's own (REDIS_URL names it), so it is left alone."
            : "This step has no Redis.",
        );
      }
      if (desk.isRedisUp !== (want === "up")) await desk.toggleRedis();
    });
  }

  async #open(step: Step, code: Code): Promise<void> {
    this.#runs += 1;
    const desk = new Desk({ step, source: code, tools: this.#tools, detailed: true });
    const session: Session = {
      desk,
      code,
      run: this.#runs,
      working: Promise.resolve(),
      took: undefined,
    };
    this.#session = session;
    this.#watch.clear();
    this.notices.clear();
    this.lens.begin({ run: session.run, step: viewOf(step) });
    this.#listen(session);
    this.#changed();
    try {
      await desk.open();
    } catch (error) {
      this.notices.say(messageOf(error), "bad");
      await this.#close();
      throw error;
    }
    session.working = desk.work().catch((error) => this.notices.say(messageOf(error), "bad"));
  }

  async #close(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    const { desk, working } = session;
    const wasChecking = desk.state.phase === "checking" || desk.state.phase === "closing";
    desk.end();
    this.#changed();
    await this.crowd.close();
    await working;
    // Its checks would go on until the one that they are in is done; those of the next would wait.
    if (wasChecking) await this.#tools.checker[Symbol.asyncDispose]();
    await desk[Symbol.asyncDispose]();
    this.#session = undefined;
    this.#watch.noneLeft();
    this.#tools.claim.update({ url: undefined, homes: undefined, redis: undefined });
    this.#changed();
  }

  #listen(session: Session): void {
    const { desk } = session;
    const { events } = desk;
    const say = this.notices.say.bind(this.notices);
    const note = (text: string, kind: "info" | "good" | "bad") => {
      // What goes wrong on purpose does not have to be closed by hand.
      say(text, kind === "bad" ? "info" : kind);
      this.lens.note({ at: Date.now(), text, kind });
    };
    events.on("opened", ({ dir, isNew, changed }) => {
      if (isNew)
        say(`Your copy is new: ${relative(root, dir)}. Edit there; steps/ stays as it is.`);
      if (changed.length > 0) {
        say(
          `The starter has changed since your copy was made: ${changed.join(", ")}. Yours is as it
          was; "Reset" takes the new one and puts yours into a backup.`.replace(/\s+/g, " "),
        );
      }
      this.#changed();
    });
    events.on("ready", () => this.#changed());
    events.on("changed", () => this.#changed());
    events.on("result", (result) => this.#broadcast("result", result));
    events.on("judged", ({ verdict, results, took }) => {
      session.took = took;
      const passed = results.filter(({ outcome }) => outcome === "passed").length;
      this.#broadcast("verdict", { verdict, passed, of: results.length, took });
      this.#changed();
    });
    events.on("passed", () => this.#changed());
    events.on("said", (text, tone) => {
      this.notices.print(text);
      // Why an app is not up stands where the app would be.
      if (tone !== "bad") say(text);
    });
    events.on("printed", (_stream, text) => this.notices.print(text));
    events.on("redis", (state) => {
      if (state === "back") note("Redis is back", "good");
      else note(state === "killed" ? "Redis was killed" : "Redis has ended by itself", "bad");
    });
    events.on("workers", () => void this.#watch.look());
    events.on("traced", (event, trace) => {
      this.#watch.hear(event);
      if (event.kind !== "gone") this.lens.hear(event, trace);
    });
  }

  #changed(): void {
    if (!this.#session?.desk.app?.isUp) this.#watch.noneLeft();
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      this.#broadcast("state", this.state);
    }, GATHER);
  }

  /** Progress was made elsewhere, or a copy was reset. */
  refresh(): void {
    this.#changed();
  }

  /**
   * One after the other: a start waits until what ran before has ended, and what is done to what runs
   * is done to the end, before the next.
   */
  #act<T>(what: () => Promise<T>): Promise<T> {
    const done = this.#acts.catch(() => {}).then(what);
    this.#acts = done.catch(() => {});
    return done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]();
    this.#session?.desk.end();
    await this.#act(() => this.#close());
    clearTimeout(this.#telling);
    await this.crowd[Symbol.asyncDispose]();
    this.lens[Symbol.dispose]();
    this.notices[Symbol.dispose]();
  }
}

function onHost(host: string | undefined): string {
  return host === undefined ? "" : `, host ${host}`;
}

function viewOf(step: Step): StepView {
  const { number, slug, title, about, runs, workers, hosts, services } = step;
  const progress = progressOf(step);
  return { number, slug, title, about, runs, workers, hosts, services, progress };
}

function sessionView({ desk, code, run, took }: Session): SessionView {
  const { app, redis, isRedisUp } = desk;
  return {
    step: desk.step.number,
    code,
    run,
    state: desk.state,
    url: desk.url,
    app: { isUp: app?.isUp ?? false, failure: app?.failure },
    redis: redis && {
      isUp: isRedisUp ?? true,
      isOwn: isRedisUp !== undefined,
      about: redis.about,
    },
    took,
    isPassed: desk.isPassed,
  };
}
