import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Inconclusive, MachineProblem, problemOf } from "../problems.ts";
import { cleanEnvironment } from "../stage/environment.ts";
import type { Checker } from "./checker.ts";
import { until } from "../stage/until.ts";
import type { FromHost, ToHost } from "./messages.ts";
import type { CheckResult } from "./verdict.ts";

const HOST = fileURLToPath(new URL("host.ts", import.meta.url));
const ENDED = new Inconclusive(
  "The process that runs the checks was ended from outside; your code was not judged. Check again.",
);
/** How long it stays warm after its last run, in ms. Then the next run takes a second longer. */
const WARM_FOR = 120_000;

/**
 * A checker in another process, which is started when it is needed, kept warm between runs, and
 * ended when nobody has asked for two minutes.
 */
export class RemoteChecker implements AsyncDisposable {
  #host: Promise<Host> | undefined;
  /** The process, as long as it has not said that it is open. */
  #starting: ChildProcess | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #cooling: NodeJS.Timeout | undefined;
  #ids = 0;
  /** The run that was asked for last, until it has ended. */
  #latest: RemoteRun | undefined;
  #ending = false;
  /** The end of the processes that were disposed of so far. */
  #closing: Promise<void> = Promise.resolve();
  #busy = false;

  /** Starts the process ahead of its first run. */
  warm(): void {
    this.#open().catch(() => {});
  }

  /** The folder of its run; undefined while its process is not there. */
  async folder(): Promise<string | undefined> {
    return (await this.#host?.catch(() => undefined))?.folder;
  }

  /** Runs wait for each other: a cancelled one ends with the check that it is in. */
  async run(
    request: Parameters<Checker["run"]>[0],
    onResult: (result: CheckResult) => void,
  ): Promise<CheckResult[]> {
    const about: RemoteRun = { id: (this.#ids += 1), isCancelled: false };
    this.#latest = about;
    const before = this.#running;
    const run = before.catch(() => {}).then(() => this.#run(about, request, onResult));
    this.#running = run;
    return run;
  }

  /** Ends the run that was asked for last, unless it has ended; its promise gives what it has so far. */
  async cancel(): Promise<void> {
    const run = this.#latest;
    if (!run) return;
    run.isCancelled = true;
    const host = await this.#host?.catch(() => undefined);
    if (host) post(host.process, { kind: "cancel", id: run.id });
  }

  async #run(
    run: RemoteRun,
    request: Parameters<Checker["run"]>[0],
    onResult: (result: CheckResult) => void,
  ): Promise<CheckResult[]> {
    clearTimeout(this.#cooling);
    const { id } = run;
    const results: CheckResult[] = [];
    try {
      const { process: host } = await this.#open();
      if (run.isCancelled) return [];
      this.#busy = true;
      await new Promise<void>((resolve, reject) => {
        // Ended by us, it was asked for nothing more; by anybody else, something is wrong.
        const onExit = () => (this.#ending ? resolve() : reject(ENDED));
        const listener = (message: FromHost) => {
          if (!("id" in message) || message.id !== id) return;
          if (message.kind === "result") {
            results.push(message.result);
            onResult(message.result);
            return;
          }
          host.off("message", listener);
          host.off("exit", onExit);
          if (message.kind === "done") resolve();
          else reject(problemOf(message));
        };
        host.on("message", listener);
        host.once("exit", onExit);
        post(host, { kind: "run", id, request });
      });
    } finally {
      this.#busy = false;
      if (this.#latest === run) this.#latest = undefined;
      this.#cooling = setTimeout(() => this[Symbol.asyncDispose]().catch(() => {}), WARM_FOR);
      this.#cooling.unref();
    }
    return results;
  }

  #open(): Promise<Host> {
    this.#ending = false;
    if (this.#host) return this.#host;
    const opening = open((child) => (this.#starting = child));
    const forget = () => {
      if (this.#host === opening) this.#host = undefined;
    };
    opening.then((host) => {
      if (this.#starting === host.process) this.#starting = undefined;
      host.process.once("exit", forget);
    }, forget);
    this.#host = opening;
    return opening;
  }

  /** Ends the process, if there is one. Whoever asks while it winds down waits for its end, too. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#cooling);
    const opened = this.#host;
    // Whoever asks from now on gets a new one.
    this.#host = undefined;
    if (opened) {
      const before = this.#closing.catch(() => {});
      this.#closing = this.#close(opened).finally(() => before);
    }
    await this.#closing;
  }

  async #close(opened: Promise<Host>): Promise<void> {
    // Nobody waits until it has started: what it has begun, its leash ends.
    this.#starting?.kill("SIGKILL");
    const host = await opened.catch(() => undefined);
    if (!host || host.process.exitCode !== null || host.process.signalCode !== null) return;
    this.#ending = true;
    const ended = once(host.process, "exit");
    // In the middle of a run it would wait for the check that it is in; its leash does not.
    if (this.#busy) host.process.kill("SIGKILL");
    else host.process.disconnect();
    await ended;
    await until(
      () => existsSync(host.folder),
      (exists) => !exists,
      { within: 5_000, otherwise: () => new Error(`${host.folder} is not cleared away.`) },
    );
  }
}

/** A run that was asked for and has not come to its end. */
interface RemoteRun {
  id: number;
  isCancelled: boolean;
}

/** A checker's process and the folder of its run. */
interface Host {
  process: ChildProcess;
  folder: string;
}

/** @throws MachineProblem when the checker says that the machine lacks something. */
async function open(onFork: (child: ChildProcess) => void): Promise<Host> {
  const child = fork(HOST, {
    execArgv: ["--import", "tsx"],
    env: cleanEnvironment(),
    // Ctrl-C reaches the whole group in front of the terminal; this one is ended in order.
    detached: process.platform !== "win32",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  onFork(child);
  const [message]: [FromHost | undefined] = await Promise.race([
    once(child, "message") as Promise<[FromHost]>,
    once(child, "exit").then((): [undefined] => [undefined]),
  ]);
  if (message?.kind === "open") return { process: child, folder: message.folder };
  throw new MachineProblem(
    message?.kind === "closed"
      ? message.message
      : "The process that runs the checks ended at once.",
    (message?.kind === "closed" ? message.remedy : undefined) ?? "npm run doctor",
  );
}

function post(host: ChildProcess, message: ToHost): void {
  if (host.connected) host.send(message);
}
