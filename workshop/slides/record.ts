import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { folderInGit, REDIS_PREFIX, root, type Step } from "../catalog.ts";
import { openDaemons } from "../session-daemons.ts";
import type { App, Launch } from "../stage/app.ts";
import { startHosts } from "../stage/hosts.ts";
import { startManagedApp } from "../stage/managed-app.ts";
import { startPlainApp } from "../stage/plain-app.ts";
import type { Pm2 } from "../stage/pm2.ts";
import { freePort } from "../stage/ports.ts";
import { startRedis } from "../stage/redis.ts";
import { openRun } from "../stage/run.ts";
import type { Trace } from "../trace/collector.ts";
import type { TraceEvent } from "../trace/events.ts";
import { tracePrinter } from "../trace/print.ts";
import { installed } from "../verify/machine.ts";
import { scenarios, settled } from "./scenarios.ts";
import { TRACES, type RecordedLine, type Recording } from "./recording.ts";
import { Visitor } from "./visitor.ts";

/** No line of a recording is broken by the terminal that it was made in. */
const WIDE = 200;

/**
 * Runs the solution of each step, plays its scenario on it, and keeps what the trace has shown in
 * `slides/traces/`. Tells of each file when it is written.
 *
 * @throws MachineProblem where pm2, Redis or nginx are missing.
 */
export async function record(wanted: readonly Step[], tell: (file: string) => void): Promise<void> {
  await using run = await openRun();
  await using daemons = await openDaemons(run, { runs: "node", hosts: 1 });
  for (const step of wanted) {
    const pm2s = await daemons.of(step);
    await using redis = step.services.includes("redis")
      ? await startRedis(run, `redis-${step.number}`)
      : undefined;
    const tape = new Tape();
    await using app = await launch(step, pm2s, {
      run,
      dir: folderInGit(step, "solution"),
      name: `chat-${step.number}`,
      port: await freePort(),
      redis: redis && { url: redis.url, prefix: REDIS_PREFIX },
    });
    const recording = await play(step, app, tape);
    mkdirSync(TRACES, { recursive: true });
    const file = join(TRACES, `${step.slug}.json`);
    writeFileSync(file, `${JSON.stringify(recording, null, 2)}\n`);
    tell(relative(root, file));
  }
}

async function play(step: Step, app: App, tape: Tape): Promise<Recording> {
  const scenario = scenarios[step.number];
  if (!scenario) throw new Error(`scenarios.ts has none for step ${step.number}.`);
  const visitors: Visitor[] = [];
  const heard = (event: TraceEvent) => {
    if (event.kind === "command" && scenario.hides?.test(event.channel)) return;
    tape.hear(event, app.trace);
  };
  app.trace.on("event", heard);
  tape.begin();
  try {
    await scenario.play({
      app,
      visit(options) {
        const visitor = new Visitor(app.url, options);
        visitors.push(visitor);
        return visitor;
      },
      begin: () => tape.begin(),
      deed: (text) => tape.deed(text),
    });
    // A deed says how it ended. Where nobody has said that yet, the last requests do.
    if (!tape.lines.at(-1)?.deed) await settled(app);
  } finally {
    app.trace.off("event", heard);
    for (const visitor of visitors) visitor.leave();
  }
  return {
    code: `solutions/${step.slug}`,
    step: step.number,
    about: `${scenario.about}${scenario.hides ? "; what the adapter asks is left out" : ""}`,
    recorded: new Date().toISOString().slice(0, 10),
    versions: `Node ${process.versions.node}, Socket.IO ${installed("socket.io")}, pm2 ${installed("pm2")}`,
    lines: tape.lines,
  };
}

async function launch(step: Step, pm2s: readonly Pm2[], options: Launch): Promise<App> {
  const [pm2] = pm2s;
  if (step.runs === "node" || !pm2) return startPlainApp(options);
  if (step.hosts === 1) return startManagedApp({ ...options, pm2 });
  const on = await Promise.all(pm2s.map(async (each) => ({ pm2: each, port: await freePort() })));
  return startHosts({ ...options, on });
}

/** Takes down what the trace would print, and when. */
class Tape {
  lines: RecordedLine[] = [];
  #began = Date.now();
  #refused = false;
  readonly #print = tracePrinter(
    (text) => this.#write({ text: stripVTControlCharacters(text), refused: this.#refused }),
    () => WIDE,
  );

  begin(): void {
    this.lines = [];
    this.#began = Date.now();
  }

  hear(event: TraceEvent, trace: Trace): void {
    this.#refused = event.kind === "request" && event.status >= 400;
    this.#print(event, trace);
  }

  deed(text: string): void {
    this.lines.push({ at: Date.now() - this.#began, text, deed: true });
  }

  #write({ text, refused }: { text: string; refused: boolean }): void {
    const at = Date.now() - this.#began;
    this.lines.push({ at, text, ...(refused ? { refused: true } : {}) });
  }
}
