import colors from "picocolors";
import type { Step } from "./catalog.ts";
import { NotYet } from "./problems.ts";
import { PortTaken, type App, type Launch, type RedisAddress } from "./stage/app.ts";
import { startHosts, type HostsApp } from "./stage/hosts.ts";
import { startManagedApp } from "./stage/managed-app.ts";
import { startPlainApp } from "./stage/plain-app.ts";
import type { Pm2, Worker } from "./stage/pm2.ts";
import { portFrom } from "./stage/ports.ts";
import type { Run } from "./stage/run.ts";
import { AppOutput } from "./session/app-output.ts";
import { clean } from "./terminal/clean.ts";
import { columns, wrap } from "./text.ts";
import { nameOf } from "./trace/line.ts";
import { paint, tracePrinter } from "./trace/print.ts";

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
  print: (text: string) => void;
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
  #coming: { abort: AbortController; done: Promise<void> } | undefined;
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

  /** Ends what runs, starts the code as it is now, and shows its workers or why it does not run. */
  async restart(): Promise<void> {
    await this.stop();
    const abort = new AbortController();
    const done = this.#start(abort.signal);
    this.#coming = { abort, done };
    await done;
  }

  /** Gives up a start that is under way; what runs goes on. */
  abandon(): void {
    this.#coming?.abort.abort();
  }

  async stop(): Promise<void> {
    this.abandon();
    // What went wrong there was said there.
    await this.#coming?.done.catch(() => {});
    clearTimeout(this.#settling);
    const app = this.#app;
    this.#hadVisitors ||= app?.trace.requests.some(({ opened }) => opened) ?? false;
    this.#app = undefined;
    await app?.[Symbol.asyncDispose]();
  }

  async #start(signal: AbortSignal): Promise<void> {
    const { dir, run, pm2s, redis, print } = this.#options;
    this.#failure = undefined;
    if (!pm2s.every((pm2) => pm2.isThere())) print("pm2's daemon has ended; here is a new one.");
    await this.#resetTainted();
    // Who sends a request chooses some of the words in its line.
    const onTrace = tracePrinter((text) => print(clean(text)), columns);
    const output = new AppOutput(print);
    // What it says as it starts and stops is said of it anyway.
    const onOutput: Launch["onOutput"] = (...said) => this.#app && output.hear(...said);
    try {
      const launch = { run, dir, port: this.#port, name: "chat", redis, onTrace, onOutput, signal };
      this.#app = await this.#launch(launch);
      this.#moveTo(this.#app.port);
      this.#shown = "";
      await this.#showWorkers();
      this.#adviseReload();
    } catch (error) {
      // A worker that is still being started would keep the port.
      await this.#resetTainted();
      if (signal.aborted) return;
      if (error instanceof PortTaken) {
        this.#moveTo(await portFrom(this.#port));
        await this.#start(signal);
        return;
      }
      if (!(error instanceof NotYet)) throw error;
      const { expected, seen } = error.finding;
      const text = clean(`The app is not up. Expected ${expected}. Saw ${seen}.`);
      this.#failure = text;
      print(wrap(text, columns()).map(colors.red).join("\n"));
    }
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
    this.#options.print(
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
    const { step, print } = this.#options;
    if (this.#hadVisitors && step.workers > 1) {
      const advice = "Open pages are back on the worker that was up first: reload them.";
      print(wrap(advice, columns()).map(colors.dim).join("\n"));
    }
    this.#hadVisitors = false;
  }

  async #showWorkers(): Promise<void> {
    const workers = await this.#app?.workers();
    if (!workers) return;
    const lines = workers.map(describe);
    if (lines.join() === this.#shown) return;
    this.#shown = lines.join();
    lines.forEach((line, at) =>
      this.#options.print(`${at === 0 ? "Workers  " : "         "}${line}`),
    );
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

/** One worker in a few words: its number, pid and state, and how often pm2 has restarted it. */
function describe(worker: Worker): string {
  const times = worker.restarts === 1 ? "once" : `${worker.restarts} times`;
  const again = worker.restarts > 0 ? `, restarted ${times}` : "";
  const pid = worker.pid ? ` pid ${worker.pid}` : "";
  return `${paint(worker, nameOf(worker))}${pid} ${worker.state}${again}`;
}
