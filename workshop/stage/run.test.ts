import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { root } from "../catalog.ts";
import { ended, startIdler } from "../testing/processes.ts";
import { runScript, type Script } from "../testing/script.ts";
import { isAlive, processesOf } from "./processes.mjs";
import { RUNS, openRun, remains, sweep } from "./run.ts";
import { until } from "./until.ts";

const moduleIn = (file: string) => JSON.stringify(pathToFileURL(join(root, "workshop", file)).href);

/** Opens a run, starts a daemon and two workers in it, and says how far it has come. */
const RUNNER = `
  import { writeFileSync } from "node:fs";
  import { join } from "node:path";
  import { openRun } from ${moduleIn("stage/run.ts")};
  import { startDaemon } from ${moduleIn("stage/daemon.ts")};
  import { connectPm2 } from ${moduleIn("stage/pm2.ts")};
  process.on("message", () => { throw new Error("out of luck"); });

  const run = await openRun();
  const say = (phase) => process.send({ phase, folder: run.folder });
  say("opened");
  const pm2 = await connectPm2(await startDaemon(run));
  say("daemon");
  writeFileSync(join(run.folder, "idle.cjs"), "setInterval(() => {}, 1000);");
  await pm2.start({
    name: "idle",
    cwd: run.folder,
    script: "idle.cjs",
    exec_mode: "cluster",
    instances: 2,
    env: run.env,
    filter_env: [""],
    vizion: false,
  });
  say("workers");
`;

/** Opens a run in which a process was noted a while before the one that has its pid now began. */
const LONG_DEAD = `
  import { utimesSync } from "node:fs";
  import { join } from "node:path";
  import { openRun } from ${moduleIn("stage/run.ts")};

  const run = await openRun();
  run.own("long-dead", Number(process.env.STRANGER));
  const anHourAgo = Date.now() / 1000 - 3600;
  utimesSync(join(run.folder, "pids", "long-dead.pid"), anHourAgo, anHourAgo);
  process.send({ phase: "opened", folder: run.folder });
  setInterval(() => {}, 1000);
`;

/** Bears no mark, and writes into a run's folder for as long as it is there. */
const WRITER = `
  import { mkdirSync, writeFileSync } from "node:fs";
  import { join } from "node:path";

  const folder = join(process.env.FOLDER, "late");
  mkdirSync(folder);
  process.send("writing");
  const view = new Int32Array(new SharedArrayBuffer(4));
  for (let count = 0; count < 20_000; count += 1) {
    if (count % 5 === 0) Atomics.wait(view, 0, 0, 1);
    try {
      writeFileSync(join(folder, String(count)), "");
    } catch {
      break;
    }
  }
  process.disconnect();
`;

type Phase = "opened" | "daemon" | "workers";
interface Progress {
  phase: Phase;
  folder: string;
}

function startRunner(env: NodeJS.ProcessEnv = {}): Script {
  return runScript(RUNNER, { imports: ["tsx"], env });
}

/** Waits until the runner has come so far, and gives its run's folder. */
async function reaches(runner: Script, phase: Phase): Promise<string> {
  const { folder } = await runner.hears(
    (message): message is Progress =>
      typeof message === "object" &&
      message !== null &&
      "phase" in message &&
      message.phase === phase,
  );
  return folder;
}

/** Waits until no process of a run is alive and its folder is gone. */
async function vanishes(folder: string): Promise<void> {
  await until(
    () => ({ processes: processesOf(folder), exists: existsSync(folder) }),
    ({ processes, exists }) => processes.length === 0 && !exists,
    {
      within: 15_000,
      otherwise: (last) =>
        new Error(`The run in ${folder} is still there: ${JSON.stringify(last)}`),
    },
  );
}

function ownerOf(folder: string): { pid: number; leash: number } {
  return JSON.parse(readFileSync(join(folder, "owner.json"), "utf8"));
}

describe("a run that is disposed", () => {
  test("takes its folder and everything that carries its mark with it", async () => {
    const run = await openRun();
    await using child = await startIdler(run.env);

    await run[Symbol.asyncDispose]();

    expect(existsSync(run.folder)).toBe(false);
    expect(isAlive(child.pid)).toBe(false);
  });

  test("leaves everybody else alone", async () => {
    const run = await openRun();
    await using stranger = await startIdler();

    await run[Symbol.asyncDispose]();

    expect(isAlive(stranger.pid)).toBe(true);
  });

  test("leaves a run beside it alone", async () => {
    await using other = await openRun();
    await using child = await startIdler(other.env);
    const run = await openRun();

    await run[Symbol.asyncDispose]();

    expect([existsSync(other.folder), isAlive(child.pid)]).toEqual([true, true]);
  });

  test("takes its folder away from somebody who still writes there", async () => {
    const run = await openRun();
    await using writer = runScript(WRITER, { env: { FOLDER: run.folder } });
    await writer.hears((message): message is string => message === "writing");

    await run[Symbol.asyncDispose]();

    expect(existsSync(run.folder)).toBe(false);
  });

  test("may be disposed twice", async () => {
    const run = await openRun();

    await Promise.all([run[Symbol.asyncDispose](), run[Symbol.asyncDispose]()]);

    expect(existsSync(run.folder)).toBe(false);
  });

  test("does not end a stranger to whom the pid of one of its processes has gone", async () => {
    const run = await openRun();
    await using stranger = await startIdler();
    run.own("long-dead", stranger.pid);

    await run[Symbol.asyncDispose]();

    expect(isAlive(stranger.pid)).toBe(true);
  });
});

test("where environments cannot be read, a pid that has gone to a stranger is left alone", async () => {
  await using stranger = await startIdler();
  await using runner = runScript(LONG_DEAD, {
    imports: ["tsx"],
    env: { WORKSHOP_NO_PROC: "1", STRANGER: String(stranger.pid) },
  });
  const folder = await reaches(runner, "opened");

  await runner.end("SIGKILL");

  await vanishes(folder);
  expect(isAlive(stranger.pid)).toBe(true);
});

test("a run's folder is short enough for a Unix socket below it", async () => {
  await using run = await openRun();

  expect(Buffer.byteLength(join(run.folder, "pm2", "interactor.sock"))).toBeLessThan(104);
});

describe.concurrent("nothing is left of a run whose process", () => {
  const byException = (runner: Script) => {
    runner.child.send("throw");
  };
  const by = (signal: NodeJS.Signals) => (runner: Script) => void runner.child.kill(signal);

  test.each([
    ["is killed", "opened", by("SIGKILL")],
    ["is killed", "daemon", by("SIGKILL")],
    ["is killed", "workers", by("SIGKILL")],
    ["is told to end", "opened", by("SIGTERM")],
    ["is told to end", "workers", by("SIGTERM")],
    ["loses its terminal", "workers", by("SIGHUP")],
    ["throws", "opened", byException],
    ["throws", "workers", byException],
  ] as const)("%s when it has come to: %s", async (_, phase, end) => {
    await using runner = startRunner();
    const folder = await reaches(runner, phase);

    end(runner);

    await vanishes(folder);
  });

  test("is killed after its daemon was", async () => {
    await using runner = startRunner();
    const folder = await reaches(runner, "workers");
    process.kill(Number(readFileSync(join(folder, "pids", "pm2.pid"), "utf8")), "SIGKILL");

    await runner.end("SIGKILL");

    await vanishes(folder);
  });

  test.skipIf(!existsSync("/proc/self/environ"))(
    "is killed while it starts something that does not bear its mark yet",
    async () => {
      await using runner = startRunner();
      const folder = await reaches(runner, "opened");
      const idle = `exec env WORKSHOP_RUN='${folder}' '${process.execPath}' -e 'setInterval(() => {}, 1000)'`;
      const child = spawn("/bin/sh", ["-c", `sleep 1; ${idle}`], { stdio: "ignore" });

      await runner.end("SIGKILL");

      await ended([child.pid ?? 0]);
      await vanishes(folder);
    },
  );

  test("is killed where environments cannot be read", async () => {
    await using runner = startRunner({ WORKSHOP_NO_PROC: "1" });
    const folder = await reaches(runner, "workers");
    expect(processesOf(folder).length).toBeGreaterThanOrEqual(3);

    await runner.end("SIGKILL");

    await vanishes(folder);
  });

  test("is killed after its daemon was, where environments cannot be read", async () => {
    await using runner = startRunner({ WORKSHOP_NO_PROC: "1" });
    const folder = await reaches(runner, "workers");
    process.kill(Number(readFileSync(join(folder, "pids", "pm2.pid"), "utf8")), "SIGKILL");

    await runner.end("SIGKILL");

    await vanishes(folder);
  });
});

describe("what a dead run has left", () => {
  test("when its leash was killed, too, is cleared away by the next", async () => {
    await using runner = startRunner();
    const folder = await reaches(runner, "workers");
    process.kill(ownerOf(folder).leash, "SIGKILL");
    await runner.end("SIGKILL");
    await ended([ownerOf(folder).leash]);
    expect(processesOf(folder).length).toBeGreaterThanOrEqual(3);

    sweep();

    await vanishes(folder);
  });

  test("is not what a living run has", async () => {
    await using run = await openRun();

    expect(remains()).not.toContain(run.folder);
  });

  test("is not a folder whose run is just about to write its owner", () => {
    const folder = mkdtempSync(RUNS);

    const found = remains();
    rmSync(folder, { recursive: true });

    expect(found).not.toContain(folder);
  });

  test("is a folder that never got an owner", () => {
    const folder = mkdtempSync(RUNS);
    const twoMinutesAgo = Date.now() / 1000 - 120;
    utimesSync(folder, twoMinutesAgo, twoMinutesAgo);

    const found = remains();
    rmSync(folder, { recursive: true });

    expect(found).toContain(folder);
  });
});
