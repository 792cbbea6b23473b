import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import pidusage from "pidusage";
import type { StartOptions } from "pm2";
import { ECOSYSTEM, SERVER } from "../catalog.ts";
import { NotYet } from "../problems.ts";
import type { RedisAddress } from "./app.ts";
import { cleanEnvironment } from "./environment.ts";

const READER = fileURLToPath(new URL("read-ecosystem.mjs", import.meta.url));
/** What every worker loads first, so that it reports the requests that it meets. */
export const PRELOAD = new URL("../trace/preload.mjs", import.meta.url).href;

/** The names that pm2 itself accepts for such a file, ours first. */
const NAMES = [ECOSYSTEM, "ecosystem.config.js", "ecosystem.config.mjs", "ecosystem.config.json"];

/** How long such a file may take to load, in ms, and how much of that it may work: a loop works all the time. */
const LOAD_WITHIN = 20_000;
const WORK_WITHIN = 3_000;
/** How often it is looked at meanwhile, in ms. */
const LOOK_EVERY = 500;

/** An app of an ecosystem file, as the learner wrote it. */
export type AppConfig = Record<string, unknown>;

/**
 * Reads the learner's ecosystem file in a process of its own: it may hang, crash or print.
 *
 * @throws NotYet when there is none, when it cannot be loaded, or when it does not describe one app.
 */
export async function readEcosystem(dir: string): Promise<AppConfig> {
  const name = NAMES.find((candidate) => existsSync(join(dir, candidate)));
  if (!name) {
    throw new NotYet({
      expected: `a file ${ECOSYSTEM} that tells pm2 how to run ${SERVER}`,
      seen: existsSync(dir) ? "no such file" : "that the whole folder is missing",
      look: { file: ECOSYSTEM },
      hint: existsSync(dir)
        ? "The step's README shows what goes into it."
        : "npm run step makes a missing folder again.",
      blocks: true,
    });
  }
  const config = await load(join(dir, name), name);
  const apps = appsOf(config);
  const [app] = apps;
  if (!app || apps.length > 1 || typeof app.script !== "string") {
    throw new NotYet({
      expected: `one app with a script in ${name}`,
      seen: describeApps(apps),
      look: { file: name },
      hint: 'The file exports { apps: [ { name: "chat", script: "server.ts", … } ] }.',
      blocks: true,
    });
  }
  return app;
}

function describeApps(apps: AppConfig[]): string {
  const [app] = apps;
  if (!app || (apps.length === 1 && Object.keys(app).length === 0)) return "no app";
  if (apps.length === 1) return `an app without a script: ${JSON.stringify(app)}`;
  return `${apps.length} apps (${apps.map(({ name }) => String(name)).join(", ")})`;
}

/** pm2 takes `{ apps: [...] }`, `{ apps: {...} }`, a list, or one app. */
function appsOf(config: unknown): AppConfig[] {
  const apps =
    typeof config === "object" && config && "apps" in config ? config.apps : (config ?? []);
  return [apps].flat().filter((app): app is AppConfig => typeof app === "object" && app !== null);
}

function load(file: string, name: string): Promise<unknown> {
  return new Promise((done, fail) => {
    const refuse = (seen: string, hint?: string) =>
      fail(
        new NotYet({
          expected: `${name} to be a file that Node can load`,
          seen,
          look: { file: name },
          hint,
          blocks: true,
        }),
      );
    const reader = spawn(process.execPath, [READER, file], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      env: cleanEnvironment(),
      windowsHide: true,
    });
    const start = performance.now();
    const timer = setInterval(async () => {
      const usage = await pidusage(reader.pid ?? 0).catch(() => undefined);
      if ((usage?.ctime ?? 0) < WORK_WITHIN && performance.now() - start < LOAD_WITHIN) return;
      reader.kill("SIGKILL");
      refuse("that it does not come to an end", "Is there an endless loop in it?");
    }, LOOK_EVERY);
    let errors = "";
    reader.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
    reader.once("message", (config) => {
      clearInterval(timer);
      done(JSON.parse(String(config)));
    });
    reader.once("close", () => {
      clearInterval(timer);
      refuse(shortError(errors, name) || "that it exports nothing");
    });
  });
}

/** `SyntaxError: Unexpected token '}' (ecosystem.config.cjs:7)` out of what Node prints. */
function shortError(text: string, name: string): string {
  const line = text
    .split("\n")
    .find((row) => row.includes(`${name}:`))
    ?.split(`${name}:`)[1];
  const at = line ? Number.parseInt(line, 10) : Number.NaN;
  const error = text.match(/^\w*(?:Error|Exception)\b[^\n]*/m)?.[0] ?? text.trim().split("\n")[0];
  return error ? `${error}${Number.isNaN(at) ? "" : ` (${name}:${at})`}` : "";
}

export interface Placement {
  /** The folder of the learner's code. */
  dir: string;
  /** The name under which pm2 knows it: apps of one run share a daemon. */
  name: string;
  port: number;
  /** What the learner's own `env` stands on. */
  base: NodeJS.ProcessEnv;
  redis?: RedisAddress | undefined;
  /** Modules that its workers load before their own code, as file URLs. */
  preload?: readonly string[] | undefined;
  /** What its environment holds besides. */
  env?: Readonly<Record<string, string>> | undefined;
}

/** What would change each line that is printed before anybody here reads it: a date, or JSON around it. */
const DRESSES_LINES = new Set(["time", "log_date_format", "log_type"]);

/**
 * The learner's app with what the stage must decide: its name, its port, the trace's preload, what it
 * prints as it is, and an environment without ours. All else is as the learner wrote it.
 */
export function place(
  app: AppConfig,
  { dir, name, port, base, redis, env = {}, preload = [] }: Placement,
): StartOptions {
  const { node_args, nodeArgs, interpreter_args, interpreterArgs, ...more } = app;
  const rest = Object.entries(more).filter(([option]) => !DRESSES_LINES.has(option));
  const args = node_args ?? nodeArgs ?? interpreter_args ?? interpreterArgs ?? [];
  const cwd = typeof app.cwd === "string" ? resolve(dir, app.cwd) : dir;
  const script = String(app.script);
  return {
    ...Object.fromEntries(rest),
    name,
    cwd,
    // pm2 hands an absolute script through a shell, where a space in the path ends it.
    script: isAbsolute(script) ? relative(cwd, script) : script,
    node_args: (typeof args === "string" ? args.split(/\s+/) : [args].flat().map(String))
      .filter(Boolean)
      .concat([PRELOAD, ...preload].flatMap((module) => ["--import", module])),
    ...(app.port === undefined ? {} : { port }),
    env: {
      ...base,
      ...objectOf(app.env),
      ...env,
      ...(redis && environmentOf(redis)),
      PORT: String(port),
    },
    // pm2 copies its caller's environment into the app, but for names that contain one of these.
    filter_env: [""],
    vizion: false,
  } as StartOptions;
}

/** What tells an app where its Redis is. */
export function environmentOf({ url, prefix }: RedisAddress): Record<string, string> {
  return { REDIS_URL: url, REDIS_PREFIX: prefix };
}

function objectOf(value: unknown): Record<string, string> {
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]))
    : {};
}
