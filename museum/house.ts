import { readFileSync, readdirSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { basename, join } from "node:path";
import type { Browser } from "playwright";
import { startBrowser } from "../workshop/stage/browser.ts";
import { startDaemon } from "../workshop/stage/daemon.ts";
import { PM2_BIN } from "../workshop/stage/pm2.ts";
import { answers, freePort } from "../workshop/stage/ports.ts";
import { startRedis, type PrivateRedis } from "../workshop/stage/redis.ts";
import type { Run } from "../workshop/stage/run.ts";
import { until } from "../workshop/stage/until.ts";
import type { Guide } from "./guide.ts";
import { followLogs, type Logs } from "./logs.ts";
import { FOREVER_BIN } from "./packages.ts";
import { runProgram, startProgram, type Printed } from "./typed.ts";
import { visit, type Transport, type Visit } from "./visit.ts";

export type Script = "app.js" | "app-with-redis.js";

/** As pm2 counts them for `-i max`. */
const CORES = cpus().length;
/** How long the app may take to listen on a busy machine, in ms. */
const LISTENS_WITHIN = 30_000;
/** More workers than this show nothing more, and each takes 60 MB. */
const MOST = 8;

/**
 * What the acts stand on. Each thing is started when an act first needs it, and typed so that one
 * sees it: so an act can be played alone. All of it belongs to the run, and ends with it.
 */
export class House implements AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly #run: Run;
  readonly #guide: Guide;
  #home: Promise<string> | undefined;
  #browser: Promise<Browser> | undefined;
  #redis: Promise<PrivateRedis> | undefined;
  #logs: Logs | undefined;
  #running: { script: Script; instances: string } | undefined;
  #visits: Visit[] = [];

  private constructor(run: Run, guide: Guide, port: number) {
    this.#run = run;
    this.#guide = guide;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async open(run: Run, guide: Guide): Promise<House> {
    return new House(run, guide, await freePort());
  }

  /** What follows `-i`: one core would make one worker of `max`, and one breaks nothing. */
  get instances(): string {
    if (CORES < 2) return "2";
    return CORES > MOST ? "4" : "max";
  }

  /** How many workers that makes. */
  get workers(): number {
    return this.instances === "max" ? CORES : Number(this.instances);
  }

  /** Types a command of forever, and shows what it prints. */
  async forever(...words: string[]): Promise<Printed> {
    this.#guide.typed(
      `${words[0] === "start" ? `PORT=${this.port} ` : ""}forever ${words.join(" ")}`,
    );
    const printed = await runProgram({
      bin: FOREVER_BIN,
      args: words,
      env: {
        ...this.#run.env,
        PORT: String(this.port),
        FOREVER_ROOT: join(this.#run.folder, "forever"),
      },
      columns: this.#guide.room,
    });
    this.#guide.output(printed.out);
    const [, monitor] = /app\.js\s+(\d+)/.exec(printed.out) ?? [];
    // For systems that do not show environments.
    if (monitor) this.#run.own("forever", Number(monitor));
    return printed;
  }

  /** The process that forever keeps alive, and for how long it has (in ms); none when it has ended. */
  underForever(): { pid: number; age: number } | undefined {
    const folder = join(this.#run.folder, "forever", "pids");
    const [name] = readdirSync(folder);
    if (name === undefined) return undefined;
    const file = join(folder, name);
    const pid = Number(readFileSync(file, "utf8"));
    this.#run.own("forever-child", pid);
    return { pid, age: Date.now() - statSync(file).mtimeMs };
  }

  /** Types a command of pm2, and shows what it prints. */
  async pm2(...words: string[]): Promise<void> {
    const isStart = words[0] === "start";
    const port = isStart ? `PORT=${this.port} ` : "";
    const redis = isStart && this.#redis ? `REDIS_PORT=${await this.#redisPort()} ` : "";
    this.#guide.typed(`${port}${redis}pm2 ${words.join(" ")}`);
    this.#guide.output((await runProgram(await this.#pm2(words))).out);
  }

  /** Has that script run in so many instances, and types what makes it so. */
  async run(script: Script, instances: string = this.instances): Promise<void> {
    const isSame = this.#running?.script === script && this.#running.instances === instances;
    if (isSame) return;
    await this.#leave();
    if (this.#running) await this.pm2("delete", basename(this.#running.script, ".js"));
    if (script === "app-with-redis.js") await this.redis();
    this.#running = { script, instances };
    await this.pm2("start", script, "-i", instances);
    // pm2 calls a worker online when it begins to run, which is before it listens.
    await until(() => answers(this.port), Boolean, {
      within: LISTENS_WITHIN,
      otherwise: () => new Error(`${script} does not listen on port ${this.port}.`),
    });
  }

  /** What the workers write from now on, until another script runs. */
  async logs(): Promise<Logs> {
    this.#logs ??= await followLogs(
      startProgram(await this.#pm2(["logs", "--lines", "0"])),
      this.url,
    );
    return this.#logs;
  }

  /** Opens a page of the chat; it stays open until another script runs. */
  async visit(transport: Transport, distance?: number): Promise<Visit> {
    this.#browser ??= this.#openBrowser();
    const opened = await visit(await this.#browser, this.url, { transport, distance });
    this.#visits.push(opened);
    return opened;
  }

  /** Closes the pages, before others come. */
  async closePages(): Promise<void> {
    await Promise.all(this.#visits.map((opened) => opened[Symbol.asyncDispose]()));
    this.#visits = [];
  }

  /** Starts a Redis that only this house knows. */
  async redis(): Promise<PrivateRedis> {
    if (!this.#redis) {
      this.#redis = startRedis(this.#run);
      this.#guide.typed(`redis-server --bind 127.0.0.1 --port ${await this.#redisPort()}`);
    }
    return this.#redis;
  }

  /** Where Redis keeps what it has said, and what it stores. */
  get redisLog(): string {
    return join(this.#run.folder, "redis", "redis.log");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leave();
  }

  /** Closes what looks at the app that runs. */
  async #leave(): Promise<void> {
    await this.closePages();
    await this.#logs?.[Symbol.asyncDispose]();
    this.#logs = undefined;
  }

  async #pm2(args: readonly string[]) {
    this.#home ??= startDaemon(this.#run);
    const env = {
      ...this.#run.env,
      PM2_HOME: await this.#home,
      PM2_DISCRETE_MODE: "true",
      PORT: String(this.port),
      ...(this.#redis ? { REDIS_PORT: await this.#redisPort() } : {}),
    };
    return { bin: PM2_BIN, args, env, columns: this.#guide.room };
  }

  async #redisPort(): Promise<string> {
    return new URL((await this.redis()).url).port;
  }

  async #openBrowser(): Promise<Browser> {
    const { endpoint } = await startBrowser(this.#run);
    const { chromium } = await import("playwright");
    return chromium.connect(endpoint);
  }
}
