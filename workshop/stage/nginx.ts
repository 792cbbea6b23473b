import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { APP_PORT, HOSTS, NGINX_CONF } from "../catalog.ts";
import { MachineProblem, NotYet, PortTaken } from "../problems.ts";
import { killIfThere } from "./daemon.ts";
import { findNginx } from "./find-nginx.ts";
import { mainConf, place, requireListen, TEMPORARY } from "./nginx-conf.ts";
import { entriesOf, type AccessEntry } from "./nginx-log.ts";
import { refusalOf } from "./nginx-refusal.ts";
import { answers, portFrom } from "./ports.ts";
import { processesOf } from "./processes.mjs";
import type { Run } from "./run.ts";
import { eventually, until } from "./until.ts";

/** How long nginx may take to answer after its start, and to change over to another file, in ms. */
const UP_WITHIN = 10_000;
/** How long it may take to end when it is asked to, in ms. */
const END_WITHIN = 2_000;
/** A free port may have been taken by somebody else before nginx has it. */
const TRIES = 3;

/** An nginx of a run's own, in front of the hosts of an app. Disposing it ends it at once. */
export interface Nginx extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  url: string;
  port: number;
  isThere: () => boolean;
  /** What it has answered so far, in that order. An entry comes a moment after the answer. */
  accessLog: () => AccessEntry[];
  /** What it has complained about so far, as it has written it. */
  errorLog: () => string;
  /**
   * Goes on with another text of the learner's file, as `nginx -s reload` does. Connections of
   * before end within a second.
   *
   * @throws NotYet when nginx does not accept it; then it goes on with the one before.
   */
  reload: (conf: string) => Promise<void>;
}

/** One that is not started yet. Disposing it does nothing to one that is. */
export interface PreparedNginx extends AsyncDisposable {
  start: () => Promise<Nginx>;
}

export interface NginxOptions {
  /** The text of the learner's nginx.conf, with the ports of the catalogue in it. */
  conf: string;
  /** Where it shall really listen; it takes the next free one when somebody else has it. */
  port: number;
  /** Where the hosts really listen. */
  hosts: readonly number[];
  name?: string | undefined;
}

/**
 * Starts nginx with the learner's file, and waits until it answers. It needs no rights, and knows
 * nothing of the system's configuration: all that it reads and writes is in the run's folder.
 *
 * @throws NotYet when nginx does not accept the learner's file, with what it says.
 * @throws MachineProblem when there is no nginx, or it does not start.
 */
export async function startNginx(run: Run, options: NginxOptions): Promise<Nginx> {
  await using prepared = await prepareNginx(run, options);
  return await prepared.start();
}

/** The same in two steps: what is wrong with the learner's file shows before anything is started. */
export async function prepareNginx(run: Run, options: NginxOptions): Promise<PreparedNginx> {
  const server = new Server(run, options);
  try {
    await server.prepare(options.conf);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  let started = false;
  return {
    async start() {
      await server.start();
      started = true;
      return server;
    },
    async [Symbol.asyncDispose]() {
      if (!started) await server[Symbol.asyncDispose]();
    },
  };
}

class Server implements Nginx {
  readonly #program = findNginx();
  readonly #run: Run;
  readonly #name: string;
  readonly #folder: string;
  readonly #hosts: readonly number[];
  #conf: string;
  #port: number;
  #child: ChildProcess | undefined;

  constructor(run: Run, { conf, port, hosts, name = "nginx" }: NginxOptions) {
    this.#run = run;
    this.#name = name;
    this.#folder = join(run.folder, name);
    this.#hosts = hosts;
    this.#conf = conf;
    this.#port = port;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  isThere(): boolean {
    const child = this.#child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  accessLog(): AccessEntry[] {
    return entriesOf(this.#read("access.log"));
  }

  errorLog(): string {
    return this.#read("error.log").replace(/^.*\[notice\].*\n/gm, "");
  }

  /** Writes its files and lets nginx read them. */
  async prepare(conf: string): Promise<void> {
    for (const folder of ["pids", TEMPORARY]) {
      mkdirSync(join(this.#folder, folder), { recursive: true });
    }
    writeFileSync(join(this.#folder, "main.conf"), mainConf());
    this.#write(conf);
    const refusal = await this.#test();
    // Where it says nothing of a port, nginx tries one that it may not be allowed to have.
    if (refusal && !/\bbind\(\) to /.test(refusal.message)) throw refusal;
    requireListen(conf);
    if (refusal) throw refusal;
  }

  async start(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#launch();
        return;
      } catch (error) {
        await this.#end();
        if (!(error instanceof PortTaken) || tries === TRIES) throw error;
        this.#port = await portFrom(this.#port + 1);
        this.#write(this.#conf);
      }
    }
  }

  async reload(conf: string): Promise<void> {
    const before = this.#conf;
    try {
      await this.prepare(conf);
    } catch (error) {
      this.#write(before);
      throw error;
    }
    const changes = this.#changes();
    this.#child?.kill("SIGHUP");
    await until(
      () => {
        if (!this.isThere()) throw this.#failed("it has ended");
        return this.#changes();
      },
      // The new process answers, and the old one takes no more connections.
      ({ begun, ending }) => begun > changes.begun && ending > changes.ending,
      { within: UP_WITHIN, otherwise: () => this.#failed("it does not take the new file") },
    );
  }

  #changes(): { begun: number; ending: number } {
    const log = this.#read("error.log");
    return {
      begun: log.split("start worker process ").length - 1,
      ending: log.split("gracefully shutting down").length - 1,
    };
  }

  #write(conf: string): void {
    this.#conf = conf;
    writeFileSync(join(this.#folder, NGINX_CONF), place(conf, this.#ports));
  }

  /** Of each port that is written in the learner's file: the real one. */
  get #ports(): ReadonlyMap<number, number> {
    const hosts = this.#hosts.map((port, at): [number, number] => [HOSTS[at]?.port ?? 0, port]);
    return new Map([[APP_PORT, this.#port], ...hosts]);
  }

  #arguments(...more: string[]): string[] {
    return ["-p", this.#folder, "-c", "main.conf", "-e", "error.log", ...more];
  }

  async #test(): Promise<Error | undefined> {
    const said = await new Promise<string>((resolve) => {
      execFile(
        this.#program,
        this.#arguments("-t", "-q"),
        { cwd: this.#folder, env: this.#run.env },
        (error, _, errors) => resolve(error ? errors || error.message : ""),
      );
    });
    if (!said) return undefined;
    return refusalOf(said, this.#folder, this.#ports) ?? this.#failed(said.trim());
  }

  async #launch(): Promise<void> {
    rmSync(join(this.#folder, "error.log"), { force: true });
    const child = spawn(this.#program, this.#arguments(), {
      cwd: this.#folder,
      env: this.#run.env,
      stdio: "ignore",
    });
    this.#child = child;
    let reason = "";
    child.once("error", (error) => (reason = error.message));
    this.#run.own(this.#name, child.pid);
    await until(
      async () => {
        const log = this.#read("error.log");
        if (/bind\(\) to .* failed/.test(log)) throw this.#unbound(log);
        if (!this.isThere() || reason) throw this.#failed(reason);
        return log.includes("start worker process ") && (await answers(this.#port));
      },
      Boolean,
      { within: UP_WITHIN, otherwise: () => unreachable() },
    );
  }

  /** nginx tries for 2.5 s to get a port that it cannot have. */
  #unbound(log: string): Error {
    const line = /\[emerg\].*bind\(\) to .* failed.*/.exec(log)?.[0] ?? "";
    const isOurs = line.includes(`:${this.#port} `) && /address already in use/i.test(line);
    if (isOurs) return new PortTaken(this.#port);
    return refusalOf(line, this.#folder, this.#ports) ?? this.#failed(line);
  }

  #failed(reason: string): MachineProblem {
    const said = this.errorLog().trim().split("\n").at(-1);
    return new MachineProblem(
      `nginx (${this.#program}) failed: ${reason || said || "it ended without a word"}`,
      process.env.NGINX_PATH
        ? "Correct or unset NGINX_PATH."
        : "npm run doctor shows what is missing.",
    );
  }

  #read(file: string): string {
    try {
      return readFileSync(join(this.#folder, file), "utf8");
    } catch {
      return "";
    }
  }

  async #end(): Promise<void> {
    const child = this.#child;
    if (child && this.isThere() && child.pid !== undefined) {
      child.kill("SIGTERM");
      await eventually(
        () => this.isThere(),
        (isThere) => !isThere,
        END_WITHIN,
      );
      if (this.isThere()) {
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      }
    }
    // A master process that was killed leaves its worker behind.
    for (const { pid } of processesOf(this.#folder)) killIfThere(pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function unreachable(): NotYet {
  return new NotYet({
    expected: `nginx to be reached on 127.0.0.1, port ${APP_PORT}`,
    seen: "that nobody answers there",
    look: { file: NGINX_CONF },
    hint: `listen ${APP_PORT}; listens on every address of this machine.`,
    blocks: true,
  });
}
