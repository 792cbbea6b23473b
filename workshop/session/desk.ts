import { EventEmitter, once } from "node:events";
import { APP_PORT, folderInGit, type Source, type Step } from "../catalog.ts";
import { verdictOf, type CheckResult } from "../check/verdict.ts";
import { changedStarter, learnersCopy, resetCopy, type Reset } from "../copy.ts";
import { diffOf, type FileDiff } from "../diff.ts";
import { nextHint, noteResults, type Hint } from "../hints.ts";
import { judgeCode } from "../judge.ts";
import { LearnersApp, type AppListener, type AppLog, type Tone } from "../learners-app.ts";
import { noteBegun, noteVerdict, progressOf } from "../progress.ts";
import { openSessionRedis, type SessionRedis } from "../session-redis.ts";
import { portFrom } from "../stage/ports.ts";
import { requireRedis } from "../stage/reach-redis.ts";
import { watchFolder } from "../watch.ts";
import type { DeskEvents, DeskState, Judgement } from "./desk-events.ts";
import { messageOf } from "../failure.ts";
import type { Tools } from "./tools.ts";

export interface DeskOptions {
  step: Step;
  source: Extract<Source, "work" | "solution">;
  tools: Tools;
  /** Whether what requests said word for word is wanted, too. */
  detailed?: boolean | undefined;
}

/**
 * The place where somebody works on a step: its app runs, its checks run when they save, and what
 * can be done there are its methods. It shows nothing; who shows it listens to its events.
 */
export class Desk implements AsyncDisposable {
  readonly step: Step;
  readonly source: DeskOptions["source"];
  readonly events = new EventEmitter<DeskEvents>();
  readonly #tools: Tools;
  readonly #detailed: boolean;
  readonly #end = new AbortController();
  /** Aborted when this desk, or all of the session, is to end. */
  readonly #ended: AbortSignal;
  readonly #state: DeskState;
  #dir = "";
  #app: LearnersApp | undefined;
  #redis: SessionRedis | undefined;
  #watch: AsyncDisposable | undefined;
  /** Whether something is to be checked that is newer than what is being checked. */
  #isWanted = false;
  #isPassed = false;
  /** Whether that was said in this session. */
  #isTold = false;
  /** What was found so far is written down, one after the other. */
  #noted: Promise<void> = Promise.resolve();

  constructor({ step, source, tools, detailed = false }: DeskOptions) {
    this.step = step;
    this.source = source;
    this.#tools = tools;
    this.#detailed = detailed;
    this.#ended = AbortSignal.any([this.#end.signal, tools.ended]);
    this.#ended.addEventListener("abort", () => this.#cutShort());
    this.#state = {
      phase: "starting",
      isPaused: false,
      isSaved: false,
      results: [],
      total: undefined,
      verdict: undefined,
      began: 0,
    };
  }

  /**
   * Makes ready what the step needs, but does not start the app: that comes with the first checks.
   * What is told to end meanwhile starts nothing further.
   *
   * @throws MachineProblem when the machine lacks something.
   */
  async open(): Promise<void> {
    const { step, source } = this;
    const { run, checker, claim } = this.#tools;
    const { dir, isNew } =
      source === "work" ? learnersCopy(step) : { dir: folderInGit(step, source), isNew: false };
    this.#dir = dir;
    if (source === "work") {
      await noteBegun(step);
      this.#isPassed = progressOf(step).passed !== undefined;
    }
    const changed = source === "work" && !isNew ? changedStarter(step) : [];
    this.events.emit("opened", { dir, isNew, changed });

    if (this.#ended.aborted) return;
    // A Redis that cannot be used is told before anything else is started.
    if (step.services.includes("redis")) {
      this.#redis = await openSessionRedis(run, () => {
        this.#sayRedis("ended");
        this.events.emit("changed");
      });
    }
    if (this.#ended.aborted) return;
    requireRedis(step, this.#redis?.version, this.#redis?.own === undefined);
    checker.warm();

    const [port, pm2s] = await Promise.all([portFrom(APP_PORT), this.#tools.pm2sOf(step)]);
    if (this.#ended.aborted) return;
    this.#app = new LearnersApp({
      step,
      dir: this.#dir,
      run,
      port,
      pm2s,
      redis: this.#redis,
      detailed: this.#detailed,
      tell: this.#listener(),
      onUrl: (url) => {
        claim.update({ url });
        this.events.emit("changed");
      },
    });
    const homes = pm2s.map(({ home }) => home);
    claim.update({ step: step.number, url: this.#app.url, homes, redis: this.#redis?.url });
    this.events.emit("ready", { url: this.#app.url, redis: this.#redis });
  }

  /** The folder of the code. */
  get dir(): string {
    return this.#dir;
  }

  get state(): Readonly<DeskState> {
    return this.#state;
  }

  /** Where the app can be opened; undefined while it has no address yet. */
  get url(): string | undefined {
    return this.#app?.url;
  }

  /** The app with its workers; undefined before it is ready to be started. */
  get app(): LearnersApp | undefined {
    return this.#app;
  }

  /** The session's Redis; undefined where the step has none, and before it is found. */
  get redis(): SessionRedis | undefined {
    return this.#redis;
  }

  /** Whether the session's own Redis runs; undefined where it has none of its own. */
  get isRedisUp(): boolean | undefined {
    return this.#redis?.own?.isThere();
  }

  /** Whether the learner has ever passed this step. */
  get isPassed(): boolean {
    return this.#isPassed;
  }

  /** Checks at once, and from then on whenever somebody asks or saves, until `end` is called. */
  async work(): Promise<void> {
    if (this.#ended.aborted) return;
    const ended = once(this.#ended, "abort");
    this.#watch = await watchFolder(this.#dir, () => this.#onSave());
    this.check();
    while (!this.#ended.aborted) {
      if (this.#isWanted) await Promise.race([ended, this.#attempt()]);
      else await Promise.race([ended, once(this.events, "wanted")]);
    }
  }

  /** The same, once; gives what came of it, and undefined when it is told to end before. */
  async workOnce(): Promise<Judgement | undefined> {
    if (this.#ended.aborted) return undefined;
    const ended = once(this.#ended, "abort").then(() => undefined);
    const judging = this.#judge();
    const judgement = await Promise.race([ended, judging]);
    await Promise.race([ended, judgement?.restarted]);
    return judgement;
  }

  /** Checks now; what is being checked is cut short. */
  check(): void {
    this.#isWanted = true;
    this.#cutShort();
    this.events.emit("wanted");
  }

  /** Ends `open` and `work`, as soon as nothing is half done. */
  end(): void {
    this.#change({ phase: "closing" });
    this.#end.abort();
  }

  /** Stops to check what is saved, or goes on with it: at once, if there was a save. */
  togglePause(): void {
    const { isPaused, isSaved } = this.#state;
    this.#change({ isPaused: !isPaused, isSaved: false });
    if (isPaused && isSaved) this.check();
  }

  /** Puts the learner's copy back to the starter; what was there is in the backup. */
  async reset(): Promise<Reset> {
    return resetCopy(this.step);
  }

  async nextHint(): Promise<Hint | undefined> {
    await this.#noted;
    return nextHint(this.step);
  }

  /** How the learner's code differs from the solution. */
  diff(): FileDiff[] {
    return diffOf(this.step, this.#dir);
  }

  /** What the app has printed. */
  logs(): AppLog[] {
    return this.#app?.logs() ?? [];
  }

  /** Kills the session's own Redis, or starts it again: to see what the app does then. */
  async toggleRedis(): Promise<void> {
    const own = this.#redis?.own;
    if (!own) return;
    if (own.isThere()) {
      // Before what the app has to say to it.
      this.#sayRedis("killed");
      await own.kill();
    } else {
      await own.start();
      this.#sayRedis("back");
    }
    this.#change({});
  }

  /** Undefined when something newer is wanted meanwhile. */
  async #judge(): Promise<Judgement | undefined> {
    const { step, source } = this;
    const app = this.#app;
    if (!app) throw new Error("The desk is not open.");
    const isCurrent = () => !this.#isWanted && !this.#ended.aborted;
    const began = performance.now();
    this.#change({ phase: "checking", results: [], verdict: undefined, isSaved: false, began });
    this.events.emit("checking");
    const { results, restarted } = await judgeCode(
      { checker: this.#tools.checker, app, step, dir: this.#dir, isCurrent },
      (result) => {
        if (!isCurrent()) return;
        this.#change(countedWith(this.#state, result));
        this.events.emit("result", result);
        // A hint may be wanted long before the last check has ended.
        if (source === "work") this.#noteSoFar(this.#state.results);
      },
    );
    if (!isCurrent()) return undefined;
    const verdict = verdictOf(results);
    const judgement = { verdict, results, took: performance.now() - began, restarted };
    this.#change({ phase: "waiting", verdict, total: results.length });
    this.events.emit("judged", judgement);
    if (source === "work") await this.#note(judgement);
    return judgement;
  }

  /** What goes wrong while checking must not end the session. */
  async #attempt(): Promise<void> {
    this.#isWanted = false;
    try {
      const judgement = await this.#judge();
      await judgement?.restarted;
    } catch (error) {
      this.#say(messageOf(error));
      if (!this.#isWanted) this.#change({ phase: "waiting" });
    }
  }

  #noteSoFar(results: readonly CheckResult[]): void {
    const noted = this.#noted.then(() => noteResults(this.step, results, false));
    // Where it cannot be written, the whole verdict says so.
    this.#noted = noted.catch(() => {});
  }

  async #note({ verdict, results }: Judgement): Promise<void> {
    await this.#noted;
    await noteResults(this.step, results);
    const progress = await noteVerdict(this.step, verdict);
    if (verdict !== "passed" || this.#isTold) return;
    const isFirst = !this.#isPassed;
    this.#isPassed = true;
    this.#isTold = true;
    this.events.emit("passed", progress, isFirst);
  }

  #onSave(): void {
    if (this.#state.isPaused) this.#change({ isSaved: true });
    else this.check();
  }

  #cutShort(): void {
    void this.#tools.checker.cancel();
    this.#app?.abandon();
  }

  #change(what: Partial<DeskState>): void {
    // What was cut short has nothing more to say.
    if (this.#ended.aborted) return;
    Object.assign(this.#state, what);
    this.events.emit("changed");
  }

  /** Hands on what happens in the app, until this desk is to end: then nobody wants to know. */
  #listener(): AppListener {
    const { events } = this;
    const whileOpen =
      <A extends unknown[]>(tell: (...what: A) => unknown) =>
      (...what: A): void =>
        void (this.#ended.aborted || tell(...what));
    return {
      said: (text, tone) => this.#say(text, tone),
      traced: whileOpen((event, trace) => events.emit("traced", event, trace)),
      printed: whileOpen((stream, text) => events.emit("printed", stream, text)),
      workers: whileOpen((workers) => events.emit("workers", workers)),
      changed: whileOpen(() => events.emit("changed")),
    };
  }

  #sayRedis(state: "ended" | "killed" | "back"): void {
    if (!this.#ended.aborted) this.events.emit("redis", state);
  }

  #say(text: string, tone?: Tone): void {
    if (!this.#ended.aborted) this.events.emit("said", text, tone);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watch?.[Symbol.asyncDispose]();
    await this.#app?.[Symbol.asyncDispose]();
    await this.#redis?.own?.[Symbol.asyncDispose]();
  }
}

/** The results with one more, and how many there will be. */
function countedWith(
  { results, total }: DeskState,
  result: CheckResult,
): Pick<DeskState, "results" | "total"> {
  const { toCome } = result;
  const done = results.length + 1;
  return {
    results: [...results, result],
    total: toCome ? done + toCome.quick + toCome.faults : total,
  };
}
