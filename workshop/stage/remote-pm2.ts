import { fork, type ChildProcess } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { MachineProblem, problemOf, type ToldProblem } from "../problems.ts";
import { daemonLog, daemonPid, endDaemon } from "./daemon.ts";
import { cleanEnvironment } from "./environment.ts";
import type { BusMessage, Pm2 } from "./pm2.ts";
import { isAlive } from "./processes.mjs";

const CHILD = fileURLToPath(new URL("remote-pm2-child.ts", import.meta.url));

/** What only pm2 itself can do; the rest of a client is known from its home. */
type Calls = Pick<
  Pm2,
  "start" | "workers" | "reload" | "scale" | "stop" | "delete" | "apps" | "killDaemon" | "reset"
>;

export interface ToChild {
  id: number;
  method: keyof Calls;
  args: unknown[];
}

export type FromChild =
  | { kind: "open" }
  | ({ kind: "closed" } & ToldProblem)
  | { kind: "answer"; id: number; value: unknown }
  | ({ kind: "failure"; id: number } & ToldProblem)
  | { kind: "bus"; message: BusMessage };

/**
 * Connects to the daemon of a home by way of another process, as `connectPm2` does in this one. So
 * one process can talk to several daemons. The other ends when this client is disposed, and with
 * this process.
 *
 * @param home a folder in the folder of its run
 * @throws MachineProblem when the daemon does not answer.
 */
export async function connectRemotePm2(home: string): Promise<Pm2> {
  const child = fork(CHILD, [home], {
    execArgv: ["--import", "tsx"],
    env: { ...cleanEnvironment(), WORKSHOP_RUN: dirname(home) },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const ended = once(child, "exit");
  const bus = new EventEmitter<{ message: [BusMessage] }>();
  bus.setMaxListeners(0);
  const line = new Line(child);
  child.on("message", (told: FromChild) => {
    if (told.kind === "bus") bus.emit("message", told.message);
    else line.hear(told);
  });
  await line.opened;

  const isThere = () => isAlive(daemonPid(home));
  let tainted = false;
  return {
    home,
    bus,
    isThere,
    taint: () => (tainted = true),
    isTainted: () => tainted || !isThere(),
    start: (app) => line.call("start", app),
    workers: (app) => line.call("workers", app),
    reload: (app) => line.call("reload", app),
    scale: (app, to) => line.call("scale", app, to),
    stop: (app) => line.call("stop", app),
    delete: (app) => line.call("delete", app),
    apps: () => line.call("apps"),
    killDaemon: () => line.call("killDaemon"),
    end: () => endDaemon(home),
    async reset(env) {
      await line.call("reset", env);
      tainted = false;
    },
    log: () => daemonLog(home),
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

type Result<M extends keyof Calls> = Awaited<ReturnType<Calls[M]>>;

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (reason: Error) => void;
}

/** Questions to the child, and its answers. */
class Line {
  /** Settles when the child is connected to its daemon, or cannot be. */
  readonly opened: Promise<void>;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #ids = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.opened = new Promise((resolve, reject) => {
      this.#waiting.set(0, { resolve: () => resolve(), reject });
    });
    child.once("exit", () => {
      for (const { reject } of this.#waiting.values()) reject(gone());
      this.#waiting.clear();
    });
  }

  call<M extends keyof Calls>(method: M, ...args: Parameters<Calls[M]>): Promise<Result<M>> {
    const id = (this.#ids += 1);
    return new Promise<Result<M>>((resolve, reject) => {
      if (!this.#child.connected) {
        reject(gone());
        return;
      }
      // The child calls the method of that name and hands on what it gives.
      this.#waiting.set(id, { resolve: (value) => resolve(value as Result<M>), reject });
      const question: ToChild = { id, method, args };
      this.#child.send(question);
    });
  }

  hear(told: Exclude<FromChild, { kind: "bus" }>): void {
    const id = "id" in told ? told.id : 0;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (told.kind === "open") waiting?.resolve(undefined);
    else if (told.kind === "answer") waiting?.resolve(told.value);
    else waiting?.reject(problemOf(told));
  }
}

function gone(): MachineProblem {
  return new MachineProblem(
    "The process that talks to pm2 has ended.",
    "Run it again: it starts a new one.",
  );
}
