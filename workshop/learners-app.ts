import type { Step } from "./catalog.ts";
import { MachineProblem, NotYet, PortTaken, UsageProblem } from "./problems.ts";
import type { App, Launch, RedisAddress } from "./stage/app.ts";
import { startHosts, type HostsApp } from "./stage/hosts.ts";
import { startManagedApp } from "./stage/managed-app.ts";
import { startPlainApp } from "./stage/plain-app.ts";
import type { Pm2, Worker } from "./stage/pm2.ts";
import { portFrom } from "./stage/ports.ts";
import type { Run } from "./stage/run.ts";
import { clean } from "./terminal/clean.ts";
import type { Trace } from "./trace/collector.ts";
import type { TraceEvent } from "./trace/events.ts";

/** pm2 tells of a restart in several events; the workers are shown once. In ms. */
const SETTLE = 250;

export interface LearnersAppOptions {
  step: Step;
  dir: string;
  run: Run;
  /** The port that it should have; it gets the next free one when somebody else has it. */
  port: number;
  onUrl: (url: string) => void;
  /** One for each host; none in steps that run without pm2. */
  pm2s: readonly Pm2[];
  /** Absent in steps without Redis. */
  redis: RedisAddress | undefined;
  /** Whether what was said word for word is wanted in the trace, too. */
  detailed?: boolean | undefined;
  tell: AppListener;
}

/** What is worse or better to know, or goes without saying. */
export type Tone = "bad" | "quiet";

/** Who shows what happens in an app. */
export interface AppListener {
  /** A sentence for a person. */
  said: (text: string, tone?: Tone) => void;
  traced: (event: TraceEvent, trace: Trace) => void;
  /** What it prints while it runs. */
  printed: (stream: "out" | "err", text: string) => void;
  /** Its workers, when they are others or in another state than before. */
  workers: (workers: readonly Worker[]) => void;
  /** It is up, or no longer. */
  changed: () => void;
}

/** What one stream of the app has printed, or one host's: its latest 64 KB. */
export interface AppLog {
  name: string;
  text: string;
}

/** The app of a session, which is started again with every save and shows what happens in it. */
export class LearnersApp implements AsyncDisposable {
  readonly #options: LearnersAppOptions;
  #port: number;
  #app: App | HostsApp | undefined;
  /** Why it is not up. */
  #failure: string | undefined;
  /** The start or the end that was asked for last: each waits for the one before. */
  #latest = { abort: new AbortController(), done: Promise.resolve() };
  #shown = "";
  #settling: NodeJS.Timeout | undefined;
  #hadVisitors = false;

  constructor(options: LearnersAppOptions) {
    this.#options = options;
    this.#port = options.port;
    for (const { bus } of options.pm2s) {
      bus.on("message", ({ app, type }) => {
        if (type !== "process:event" || app !== this.#app?.name) return;
        clearTimeout(this.#settling);
        this.#settling = setTimeout(() => this.#showWorkers().catch(() => {}), SETTLE);
      });
    }
  }

  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  get isUp(): boolean {
    return this.#app !== undefined;
  }

  /** Why it is not up, where its code is the reason. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** What runs of it now. */
  async workers(): Promise<Worker[]> {
    return (await this.#app?.workers()) ?? [];
  }

  /** Ends one worker as `kill -9` does; what pm2 does then is pm2's. Only its own can be ended. */
  async kill(pid: number): Promise<void> {
    const found = (await this.workers()).find((worker) => worker.pid === pid && pid > 0);
    if (!found) throw new NotRunning(`There is no worker with the pid ${pid} any more.`);
    process.kill(pid, "SIGKILL");
  }

  /** Replaces one worker after the other, on one host or on all: `pm2 reload`. */
  async reload(host?: string): Promise<void> {
    await this.#onHosts(host, (pm2, name) => pm2.reload(name));
  }

  /** Starts or ends workers until there are that many, on one host or on each: `pm2 scale`. */
  async scale(to: number, host?: string): Promise<void> {
    await this.#onHosts(host, (pm2, name) => pm2.scale(name, to));
  }

  async #onHosts(
    host: string | undefined,
    act: (pm2: Pm2, name: string) => Promise<void>,
  ): Promise<void> {
    const app = this.#app;
    const { pm2s } = this.#options;
    if (!app) throw new NotRunning("The app is not up.");
    if (pm2s.length === 0) throw new NotRunning("This app runs without pm2.");
    const names = "hosts" in app ? app.hosts.map(({ name }) => name) : [undefined];
    const chosen = pm2s.filter((_, at) => host === undefined || names[at] === host);
    if (chosen.length === 0) throw new NotRunning(`There is no host ${host}.`);
    await Promise.all(chosen.map((pm2) => act(pm2, app.name)));
  }

  /** Ends what runs, starts the code as it is now, and shows its workers or why it does not run. */
  restart(): Promise<void> {
    return this.#next(async (signal) => {
      if (signal.aborted) return;
      await this.#end();
      if (!signal.aborted) await this.#start(signal);
    });
  }

  /** Gives up a start that is under way, or still to come; what runs goes on. */
  abandon(): void {
    this.#latest.abort.abort();
  }

  stop(): Promise<void> {
    return this.#next(() => this.#end());
  }

  /** What was asked for before is given up and comes to its end: two at once would share one pm2. */
  #next(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const before = this.#latest;
    before.abort.abort();
    const abort = new AbortController();
    // What went wrong there was said there.
    const done = before.done.catch(() => {}).then(() => work(abort.signal));
    this.#latest = { abort, done };
    return done;
  }

  async #end(): Promise<void> {
    clearTimeout(this.#settling);
    const app = this.#app;
    this.#hadVisitors ||= app?.trace.requests.some(({ opened }) => opened) ?? false;
    this.#app = undefined;
    if (app) this.#options.tell.changed();
    await app?.[Symbol.asyncDispose]();
  }

  async #start(signal: AbortSignal): Promise<void> {
    const { tell } = this.#options;
    this.#failure = undefined;
    try {
      await this.#comeUp(signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof PortTaken) {
        this.#moveTo(await portFrom(this.#port));
        await this.#start(signal);
        return;
      }
      const why = whyNot(error);
      if (!why) throw error;
      const text = clean(`The app is not up. ${why}`);
      this.#failure = text;
      tell.said(text, "bad");
      tell.changed();
    }
  }

  async #comeUp(signal: AbortSignal): Promise<void> {
    const { dir, run, pm2s, redis, detailed, tell } = this.#options;
    const isThere = pm2s.every((pm2) => pm2.isThere());
    if (!isThere) tell.said("pm2's daemon has ended; here is a new one.");
    await this.#resetTainted();
    // What it says as it starts and stops is said of it anyway.
    const onOutput: Launch["onOutput"] = (...said) => this.#app && tell.printed(...said);
    const app = { run, dir, port: this.#port, name: "chat", redis, detailed };
    try {
      this.#app = await this.#launch({ ...app, onTrace: tell.traced, onOutput, signal });
    } catch (error) {
      // A worker that is still being started would keep the port.
      await this.#resetTainted();
      throw error;
    }
    this.#moveTo(this.#app.port);
    tell.changed();
    this.#shown = "";
    await this.#showWorkers();
    this.#adviseReload();
  }

  async #launch(launch: Launch): Promise<App | HostsApp> {
    const { step, pm2s } = this.#options;
    const [pm2] = pm2s;
    if (step.runs === "node" || !pm2) return startPlainApp(launch);
    if (pm2s.length === 1) return startManagedApp({ ...launch, pm2 });
    const on: { pm2: Pm2; port: number }[] = [];
    for (const each of pm2s) {
      const port = await portFrom((on.at(-1)?.port ?? launch.port) + 1);
      on.push({ pm2: each, port });
    }
    return startHosts({ ...launch, on });
  }

  #moveTo(port: number): void {
    if (port === this.#port) return;
    const taken = this.#port;
    this.#port = port;
    this.#options.tell.said(
      `Port ${taken} has been taken by another program; the app moves to ${this.url}`,
    );
    this.#options.onUrl(this.url);
  }

  /** Nothing but this app runs on the session's daemons. */
  async #resetTainted(): Promise<void> {
    const { pm2s, run } = this.#options;
    await Promise.all(pm2s.filter((pm2) => pm2.isTainted()).map((pm2) => pm2.reset(run.env)));
  }

  /** The workers start one after the other, and whoever was connected comes back to the first. */
  #adviseReload(): void {
    const { step, tell } = this.#options;
    if (this.#hadVisitors && step.workers > 1) {
      tell.said("Open pages are back on the worker that was up first: reload them.", "quiet");
    }
    this.#hadVisitors = false;
  }

  async #showWorkers(): Promise<void> {
    const workers = await this.#app?.workers();
    if (!workers) return;
    const shown = workers.map(({ host, instance, pid, state, restarts }) =>
      [host, instance, pid, state, restarts].join(" "),
    );
    if (shown.join() === this.#shown) return;
    this.#shown = shown.join();
    this.#options.tell.workers(workers);
  }

  /** What the app has printed since it started; why it is not up where it is not. */
  logs(): AppLog[] {
    const app = this.#app;
    if (!app) return [{ name: "not running", text: this.#failure ?? "It is being started." }];
    const apps: [string, App][] =
      "hosts" in app ? app.hosts.map((host) => [`host ${host.name}, `, host.app]) : [["", app]];
    return apps.flatMap(([where, { output }]) => [
      { name: `${where}output`, text: output.out },
      { name: `${where}errors`, text: output.err },
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Why an app is not up, for a person; undefined when that is a bug of ours. */
function whyNot(error: unknown): string | undefined {
  if (error instanceof NotYet) {
    return `Expected ${error.finding.expected}. Saw ${error.finding.seen}.`;
  }
  if (error instanceof MachineProblem) return `${error.message} ${error.remedy}`;
  return undefined;
}

/** What was asked for needs a worker, a host or an app that is not there. */
export class NotRunning extends UsageProblem {}
