import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import pidusage from "pidusage";
import { SERVER } from "../catalog.ts";
import { Trace } from "../trace/collector.ts";
import { hear, Output, requireServer, settle, traceMode, type App, type Launch } from "./app.ts";
import { Birth } from "./birth.ts";
import { PRELOAD } from "./ecosystem.ts";

/**
 * Starts `node --import tsx server.ts`, as step 1 does by hand, and waits until it listens.
 *
 * @throws NotYet when the learner's code does not get that far, with what it printed.
 * @throws PortTaken
 */
export async function startPlainApp(launch: Launch): Promise<App> {
  const { run, dir, name, port, onTrace, onOutput, signal } = launch;
  requireServer(dir, SERVER);
  const exits = join(run.folder, `${name}-exits.ndjson`);
  const trace = new Trace(exits);
  if (onTrace) trace.on("event", (event) => onTrace(event, trace));
  const birth = new Birth(trace, dir, port);
  const output = new Output(onOutput);

  const child = spawn(process.execPath, ["--import", PRELOAD, "--import", "tsx", SERVER], {
    cwd: dir,
    env: { ...run.env, ...traceMode(launch), PORT: String(port), WORKSHOP_EXITS: exits },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    windowsHide: true,
  });
  run.own(name, child.pid);
  child.stdout?.setEncoding("utf8").on("data", (text: string) => output.add("out", text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => output.add("err", text));
  const startedAt = Date.now();
  const ended = once(child, "exit");
  const runs = () => child.exitCode === null && child.signalCode === null;
  child.on("message", (message: unknown) => hear(message, trace));
  child.once("close", (code, signalName) => {
    birth.crashed(output.err || `that it ended with ${signalName ?? `exit code ${code}`}`);
  });

  const app: App = {
    dir,
    name,
    port,
    url: `http://127.0.0.1:${port}`,
    trace,
    async workers() {
      const pid = child.pid ?? 0;
      const usage = runs() ? await pidusage(pid).catch(() => undefined) : undefined;
      return [
        {
          instance: 0,
          pid,
          state: runs() ? "online" : "stopped",
          mode: "fork",
          restarts: 0,
          startedAt: runs() ? startedAt : undefined,
          cpu: usage?.cpu ?? 0,
          memory: usage?.memory ?? 0,
          waitsForReady: false,
        },
      ];
    },
    output,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
  launch.meanwhile?.();
  await settle(app, birth, signal, async () => birth.listening.length > 0);
  return app;
}
