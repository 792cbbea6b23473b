import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { MachineProblem } from "../problems.ts";
import { cleanEnvironment } from "../stage/environment.ts";
import type { Checker } from "./checker.ts";
import type { FromHost, ToHost } from "./messages.ts";
import type { CheckResult } from "./verdict.ts";

const HOST = fileURLToPath(new URL("host.ts", import.meta.url));
/** How long it stays warm after its last run, in ms. Then the next run takes a second longer. */
const WARM_FOR = 120_000;

/**
 * A checker in another process, which is started when it is needed, kept warm between runs, and
 * ended when nobody has asked for two minutes.
 */
export class RemoteChecker implements Checker {
  #host: Promise<ChildProcess> | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #cooling: NodeJS.Timeout | undefined;
  #ids = 0;
  #ending = false;

  /** Starts the process ahead of its first run. */
  warm(): void {
    this.#open().catch(() => {});
  }

  /** Runs wait for each other: a cancelled one ends with the check that it is in. */
  async run(
    request: Parameters<Checker["run"]>[0],
    onResult: (result: CheckResult) => void,
  ): Promise<CheckResult[]> {
    const before = this.#running;
    const run = before.catch(() => {}).then(() => this.#run(request, onResult));
    this.#running = run;
    return run;
  }

  async cancel(): Promise<void> {
    if (this.#host) post(await this.#host, { kind: "cancel" });
  }

  async #run(
    request: Parameters<Checker["run"]>[0],
    onResult: (result: CheckResult) => void,
  ): Promise<CheckResult[]> {
    clearTimeout(this.#cooling);
    const host = await this.#open();
    const id = (this.#ids += 1);
    const results: CheckResult[] = [];
    try {
      await new Promise<void>((resolve, reject) => {
        // Ended by us, it was asked for nothing more; by anybody else, something is wrong.
        const onExit = () =>
          this.#ending
            ? resolve()
            : reject(new Error("The process that runs the checks has ended."));
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
          else reject(new Error(message.message));
        };
        host.on("message", listener);
        host.once("exit", onExit);
        post(host, { kind: "run", id, request });
      });
    } finally {
      this.#cooling = setTimeout(() => void this[Symbol.asyncDispose](), WARM_FOR);
      this.#cooling.unref();
    }
    return results;
  }

  #open(): Promise<ChildProcess> {
    this.#ending = false;
    this.#host ??= open().then(
      (host) => {
        host.once("exit", () => (this.#host = undefined));
        return host;
      },
      (error: Error) => {
        this.#host = undefined;
        throw error;
      },
    );
    return this.#host;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#cooling);
    const host = await this.#host?.catch(() => undefined);
    if (!host || host.exitCode !== null || host.signalCode !== null) return;
    this.#ending = true;
    const ended = once(host, "exit");
    host.disconnect();
    await ended;
  }
}

/** @throws MachineProblem when the checker says that the machine lacks something. */
async function open(): Promise<ChildProcess> {
  const host = fork(HOST, {
    execArgv: ["--import", "tsx"],
    env: cleanEnvironment(),
    // Ctrl-C reaches the whole group in front of the terminal; this one is ended in order.
    detached: process.platform !== "win32",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const [message]: [FromHost | undefined] = await Promise.race([
    once(host, "message") as Promise<[FromHost]>,
    once(host, "exit").then((): [undefined] => [undefined]),
  ]);
  if (message?.kind === "open") return host;
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
