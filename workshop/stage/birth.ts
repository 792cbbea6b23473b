import { ECOSYSTEM, SERVER } from "../catalog.ts";
import { Inconclusive, NotYet } from "../problems.ts";
import type { Trace } from "../trace/collector.ts";
import { explainCrash, withoutPm2 } from "./crash.ts";
import type { Worker } from "./pm2.ts";

/** How long an app may take until all its workers listen, in ms: four of them on two busy cores. */
export const UP_WITHIN = 20_000;
/** The same where its processes still work, and have not had much of a core so far, in ms. */
export const STARVED_WITHIN = 60_000;
/** For how long all its processes must have been idle to say that nothing more will come, in ms. */
const QUIET_FOR = 2_500;
/** Below this share of a core, in percent, a process waits for something. */
const IDLE = 5;
/** Above this share of a core in sum, in percent, something is at work, also on a busy machine. */
const BUSY = 30;
/** Work that has led to nothing after so long may be a loop … In ms. */
const BUSY_FOR = 8_000;
/**
 * … and is one when one process alone has had a core for so long, in ms: a start takes 400. Where many
 * share the cores, it gets as much only after a while.
 */
const WORKED_FOR = 3_000;
/** "ready" is said in the callback of `listen`; when it has not come by then, it will not. In ms. */
const READY_WITHIN = 3_000;
/** Who listens elsewhere for so long and not where it should will not do so any more. In ms. */
const ELSEWHERE_FOR = 1_000;
/** One crash may be bad luck; this many are none. */
const CRASHES = 2;

/**
 * Watches an app come up, and says as early as it can be known that it will not, and why. What has
 * been seen comes from three sides: the trace, what was printed, and the state of the processes.
 */
export class Birth {
  readonly #trace: Trace;
  readonly #dir: string;
  readonly #port: number;
  #crash: string | undefined;
  #quietSince: number | undefined;
  #busy: { since: number; seen: number; worked: Map<number, number> } | undefined;
  #last: readonly Worker[] = [];

  constructor(trace: Trace, dir: string, port: number) {
    this.#trace = trace;
    this.#dir = dir;
    this.#port = port;
  }

  /** Something was thrown and not caught, or a process has ended. The first reason is the reason. */
  crashed(reason: string): void {
    this.#crash ??= reason;
  }

  /** The pids that listen on the right port. */
  get listening(): number[] {
    return this.#heard.filter(({ port }) => port === this.#port).map(({ worker }) => worker.pid);
  }

  get #heard() {
    return this.#trace.events.filter((event) => event.kind === "listening");
  }

  /** @throws NotYet when what was reported so far shows that it will not come up. */
  examine(): void {
    if (this.#heard.length === 0 && this.#crash !== undefined) {
      throw explainCrash(this.#crash, this.#dir);
    }
  }

  /**
   * Looks at the processes; to be called a few times a second while nothing is settled.
   *
   * @throws NotYet when they show that it will not come up.
   */
  inspect(workers: readonly Worker[], err: string): void {
    const restarts = Math.max(0, ...workers.map((worker) => worker.restarts));
    if (restarts >= CRASHES) {
      if (/EADDRINUSE/.test(this.#crash ?? err) && workers.length > 1) throw manyOnOnePort(workers);
      const reason = this.#crash ?? (withoutPm2(err).trim() || this.#lastExit());
      throw explainCrash(reason, this.#dir, restarts);
    }

    // A server may listen elsewhere, too, for its metrics.
    const [anywhere] = this.#heard;
    const first = this.#heard.find(({ port }) => port === this.#port);
    if (anywhere && !first && Date.now() - anywhere.at > ELSEWHERE_FOR) {
      throw this.#elsewhere(anywhere.port);
    }
    // Workers of a cluster may listen for their metrics first; processes that are none never share.
    const strays = workers.some(({ mode }) => mode === "fork") ? this.#straysOf(workers) : [];
    if (first && strays.length > 0) throw aPortEach(strays, workers);
    const isReady = this.#trace.events.some(({ kind }) => kind === "ready");
    if (first && !isReady && workers.some((worker) => worker.waitsForReady)) {
      if (Date.now() - first.at > READY_WITHIN) throw neverReady();
    }
    this.#last = workers;
    if (first || total(workers) < BUSY) this.#busy = undefined;
    else this.#work(workers);
    if (this.#loop && Date.now() - (this.#busy?.since ?? 0) > BUSY_FOR) throw this.failed(err);
    const isQuiet = workers.length > 0 && workers.every(({ cpu }) => cpu < IDLE);
    if (first || !isQuiet) this.#quietSince = undefined;
    else this.#quietSince ??= Date.now();
    if (this.#quietSince && Date.now() - this.#quietSince > QUIET_FOR) throw this.failed(err);
  }

  /** The ports of the workers that have listened elsewhere for a while, and not where they should. */
  #straysOf(workers: readonly Worker[]): number[] {
    const { listening } = this;
    return workers.flatMap(({ pid }) => {
      const heard = this.#heard.find((event) => event.worker.pid === pid);
      const strays = heard && Date.now() - heard.at > ELSEWHERE_FOR && !listening.includes(pid);
      return strays ? [heard.port] : [];
    });
  }

  #work(workers: readonly Worker[]): void {
    const now = Date.now();
    this.#busy ??= { since: now, seen: now, worked: new Map() };
    const { seen, worked } = this.#busy;
    for (const { pid, cpu } of workers) {
      worked.set(pid, (worked.get(pid) ?? 0) + ((now - seen) * cpu) / 100);
    }
    this.#busy.seen = now;
  }

  /** The pid of the process that works most, where that is more than a start takes. */
  get #loop(): number | undefined {
    const [most] = [...(this.#busy?.worked ?? [])].toSorted(([, one], [, other]) => other - one);
    return most && most[1] > WORKED_FOR ? most[0] : undefined;
  }

  /** Whether it is this machine that has given its processes too little time so far. */
  get isStarved(): boolean {
    const missing = this.#last.filter(({ pid }) => !this.listening.includes(pid));
    const works = missing.some(({ cpu }) => cpu >= IDLE) && this.#loop === undefined;
    return works && this.#crash === undefined;
  }

  #elsewhere(port: number): NotYet {
    return new NotYet({
      expected: `the server to listen on the port in process.env.PORT (${this.#port})`,
      seen: `that it listens on ${port}`,
      look: { file: SERVER },
      hint: "The port comes from outside: httpServer.listen(PORT) with PORT from process.env.",
      blocks: true,
    });
  }

  /** How a process ended that said nothing. */
  #lastExit(): string {
    const exit = this.#trace.exits().at(-1);
    return exit ? `that it ended with exit code ${exit.code}` : "that it ended without a word";
  }

  /** Why it is not up, when the time is over: as far as it can be told on a machine that is busy. */
  failed(err: string): NotYet | Inconclusive {
    if (this.isStarved) return starved();
    const { listening } = this;
    const said = this.#crash ?? withoutPm2(err).trim();
    if (said && this.#heard.length === 0) return explainCrash(said, this.#dir);
    const strays = this.#straysOf(this.#last);
    if (listening.length > 0 && strays.length > 0) return aPortEach(strays, this.#last);
    if (listening.length > 0) return late(listening.length);
    const loop = this.#loop;
    return new NotYet({
      expected: `the server to listen on port ${this.#port}`,
      seen: loop
        ? `that its process (pid ${loop}) is busy without end and listens nowhere`
        : "that it runs, does nothing, and listens nowhere",
      look: { file: SERVER },
      hint: loop
        ? "While a loop runs, Node does nothing else. Which loop does not end?"
        : "Is httpServer.listen(PORT, …) still there, and is it reached? What server.ts forks by itself (node:cluster) are no workers of pm2: exec_mode makes those.",
      blocks: true,
    });
  }
}

function starved(): Inconclusive {
  return new Inconclusive(
    `this machine was too busy: after ${STARVED_WITHIN / 1000} s the app's processes were still loading`,
  );
}

function manyOnOnePort(workers: readonly Worker[]): NotYet {
  const [{ mode } = { mode: "fork" }] = workers;
  const isCluster = mode === "cluster";
  return new NotYet({
    expected: "all processes of the app to share its port",
    seen: `${workers.length} processes in ${mode} mode, of which one has the port and the others crash (EADDRINUSE)`,
    look: { file: isCluster ? SERVER : ECOSYSTEM },
    hint: isCluster
      ? "Workers of a cluster share a port unless one wants it for itself: does listen() say exclusive, or is there a second listen()?"
      : "In fork mode each instance wants the port for itself; only workers of one cluster share it. Change exec_mode, or instances.",
    blocks: true,
  });
}

function aPortEach(ports: readonly number[], workers: readonly Worker[]): NotYet {
  return new NotYet({
    expected: "all processes of the app to share its port",
    seen: `${workers.length} with ports of their own, such as ${ports[0]}`,
    look: { file: workers.some(({ mode }) => mode === "fork") ? ECOSYSTEM : SERVER },
    hint: "Clients know one port only. increment_var gives each instance another, as a port that is counted up in server.ts does; workers of one cluster share theirs: exec_mode.",
    blocks: true,
  });
}

function neverReady(): NotYet {
  return new NotYet({
    expected: 'the app to tell pm2 "ready" once it listens',
    seen: `that it listens and has not said so, while ${ECOSYSTEM} makes pm2 wait for it (wait_ready)`,
    look: { file: SERVER },
    hint: 'process.send?.("ready") belongs into the callback of httpServer.listen.',
    blocks: true,
  });
}

function late(listening: number): NotYet {
  const them = listening === 1 ? "1 of them does" : `${listening} of them do`;
  return new NotYet({
    expected: `all workers to listen within ${UP_WITHIN / 1000} s`,
    seen: `that only ${them}`,
    look: { file: SERVER },
    hint: "What does the server wait for before httpServer.listen?",
    blocks: true,
  });
}

function total(workers: readonly Worker[]): number {
  return workers.reduce((sum, { cpu }) => sum + cpu, 0);
}
