import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { NotYet, type Finding } from "../workshop/problems.ts";
import type { App } from "../workshop/stage/app.ts";
import { cleanEnvironment } from "../workshop/stage/environment.ts";
import { PM2_BIN, type Worker } from "../workshop/stage/pm2.ts";
import { isAlive } from "../workshop/stage/processes.mjs";
import { eventually, until } from "../workshop/stage/until.ts";
import { check } from "./support/check.ts";
import { hears, type ChatClient } from "./support/clients.ts";
import { describeWorkers } from "./support/describe.ts";
import { must } from "./support/must.ts";
import { findDeath, takeVitals } from "./support/vitals.ts";

/** An app that cannot live. */
const BROKEN = fileURLToPath(new URL("support/dies-at-start.ts", import.meta.url));

const ecosystem = { file: "ecosystem.config.cjs", todo: "2.1" };
/** Node needs a good part of this to load a server, more on a busy machine. In ms. */
const SHORTEST_WAIT = 1_000;
/** Who has been restarted so often has not been given up. */
const TOO_OFTEN = 40;
/** An app that is up for so long has not died of what it does at its start. In ms. */
const STEADY_AFTER = 500;
/** How long pm2 and a client may take to be back, in ms. */
const BACK_WITHIN = 10_000;
/** pm2 gives up after 16 starts that fail within a second: 3.0 to 4.3 s, more on a busy machine. */
const GIVEN_UP_WITHIN = 30_000;

check(
  "pm2 keeps one process, in fork mode",
  { look: ecosystem, blocks: true },
  async ({ app, show }) => {
    await staysUp(app);
    const workers = await app.workers();
    const [worker] = workers;
    must(workers.length === 1 && worker?.mode === "fork" && worker.state === "online", {
      expected: "1 process online in fork mode",
      seen: describeWorkers(workers),
      hint: workers.some(({ mode }) => mode === "cluster")
        ? 'Where instances is set and exec_mode is not, pm2 makes a cluster: say exec_mode: "fork".'
        : undefined,
    });
    show(`pm2 has started pid ${worker.pid}; it listens on port ${app.port}`);
  },
);

check(
  "it is online when it says so, and no earlier",
  { look: { file: "server.ts", todo: "2.2" } },
  async ({ app, show }) => {
    const [worker] = await app.workers();
    // A worker's reports arrive in the order in which it sent them.
    const order = app.trace.events.map(({ kind }) => kind);
    const [listening, ready] = [order.indexOf("listening"), order.indexOf("ready")];
    must(worker?.waitsForReady === true, {
      expected: "pm2 to wait until the app says that it is ready",
      seen: "wait_ready is not set",
      look: ecosystem,
    });
    const { listenTimeout = 0 } = worker;
    must(listenTimeout >= SHORTEST_WAIT, {
      expected: "pm2 to wait until the app is ready, also when its start takes a while",
      seen: `listen_timeout: ${listenTimeout}, after which pm2 calls it online whether it is or not`,
      look: ecosystem,
      hint: "It is in milliseconds; 3000 without it.",
    });
    must(ready >= 0, {
      expected: 'the app to tell pm2 "ready"',
      seen: "that it never did, so that pm2 waited for listen_timeout in vain",
      hint: 'process.send?.("ready") belongs where the server listens: in the callback of listen.',
    });
    must(listening >= 0 && listening < ready, {
      expected: '"ready" to be said once the server listens',
      seen: "that it was said before",
      hint: "The callback of httpServer.listen is the moment.",
    });
    show('first it listens, then it says "ready"');
  },
);

check(
  "kill -9 brings it back, and its clients with it",
  { look: ecosystem },
  async ({ launch, show }) => {
    const { app, clients } = await launch();
    const client = await clients.connect({ reconnection: true, reconnectionDelay: 100 });
    const before = await only(app);

    process.kill(before.pid, "SIGKILL");
    const after = await comesBack(app, before);
    await reconnects(client, after);
    show(
      `pid ${before.pid} was killed; pid ${after.pid} took over, and the client came back by itself`,
    );
  },
);

check(
  "an exception in a handler brings it back, too",
  {
    look: ecosystem,
    hint: "Is --unhandled-rejections=strict among the node_args, and does nothing catch the exception (process.on)? Else it is logged, and the process goes on as if nothing had been.",
  },
  async ({ launch, show }) => {
    const { app, clients } = await launch();
    const client = await clients.connect({ reconnection: true, reconnectionDelay: 100 });
    const before = await only(app);

    client.socket.emit("crash");
    const after = await comesBack(app, before);
    await reconnects(client, after);
    const { err } = app.output;
    show(
      `pid ${before.pid} crashed (${err.match(/Error: [^\n]*/)?.[0] ?? "no reason given"}); pid ${after.pid} took over`,
    );
  },
);

check(
  "pm2 stop lets it end by its own will",
  {
    look: { file: "server.ts", todo: "2.3" },
    hint: "On SIGINT: await io.close(), then process.exit(0).",
  },
  async ({ launch, pm2, show }) => {
    const { app, clients } = await launch();
    const poller = await clients.connect({ transports: ["polling"] });
    const { pid } = await only(app);
    const since = (await pm2()).log().length;

    await (await pm2()).stop(app.name);

    const killed = (await pm2())
      .log()
      .slice(since)
      .split("\n")
      .find((text) => /SIGKILL/.test(text) && text.includes(String(pid)));
    must(killed === undefined, {
      expected: "the process to end within kill_timeout of SIGINT",
      seen: `that pm2 had to kill it: ${killed?.replace(/^.*?:\s*(?=App|Process|pid)/i, "").trim()}`,
    });
    const exit = app.trace.exits().find(({ worker }) => worker.pid === pid);
    must(exit !== undefined, {
      expected: "the process to end by its own will",
      seen: "that SIGINT ended it on the spot: nothing in it had a chance to run",
      hint: 'process.on("SIGINT", …) makes the signal a request.',
    });
    must(exit.code === 0, { expected: "exit code 0", seen: `exit code ${exit.code}` });
    await hears(
      "the client to notice",
      () => poller.left,
      (left) => left.length > 0,
    );
    must(poller.left[0] === "transport close", {
      expected: 'the sessions to be closed in order, which a client sees as "transport close"',
      seen: `"${poller.left[0]}"`,
      hint: "io.close() ends the sessions and stops listening; wait for it before you exit.",
    });
    show(`pid ${pid} ended with code 0; its client saw "${poller.left[0]}"`);
  },
);

check(
  "it outlives the terminal that started it",
  { look: ecosystem },
  async ({ stageIt, show }) => {
    const { pm2, name, port, file } = await stageIt("terminal");
    // A home of its own: here it is pm2 start, typed in that terminal, that brings the daemon up.
    const home = `${pm2.home}-${port}`;
    await using terminal = openTerminal(home, file);
    await answers(`http://127.0.0.1:${port}/`, "after pm2 start");
    const before = await typed(home, ["pid", name]);

    await terminal[Symbol.asyncDispose]();
    await answers(`http://127.0.0.1:${port}/`, "after the terminal was closed");
    const after = await typed(home, ["pid", name]);
    await typed(home, ["kill"]);
    must(/^\d+$/.test(after) && after === before, {
      expected: "the same process to run on when the terminal is closed",
      seen: `pid ${before || "none"} before and pid ${after || "none"} after`,
    });
    show(`pid ${after} was started in a terminal that is gone`);
  },
);

check(
  "pm2 logs holds what it has printed",
  {
    look: ecosystem,
    hint: "Are out_file or error_file set to /dev/null, or disable_logs to true?",
  },
  async ({ app, pm2, show }) => {
    const { home } = await pm2();
    const printed = await until(
      () => typed(home, ["logs", app.name, "--nostream", "--raw", "--lines", "200"]),
      (text) => text.includes("listens on port"),
      {
        within: BACK_WITHIN,
        otherwise: (seen) => ({
          expected: "pm2 logs to show the line that the server prints when it listens",
          seen: seen?.trim() ? JSON.stringify(seen.trim().slice(-200)) : "an empty log",
        }),
      },
    );
    show(printed.split("\n").find((text) => text.includes("listens on port")) ?? "");
  },
);

/**
 * What a terminal is: a session of its own, in which somebody types `pm2 start`. Disposing it is what
 * closing its window does: everything in it is hung up.
 */
function openTerminal(home: string, file: string): AsyncDisposable {
  const script = `"$0" "$1" start "$2" && exec sleep 600`;
  const terminal = spawn("/bin/sh", ["-c", script, process.execPath, PM2_BIN, file], {
    detached: true,
    stdio: "ignore",
    env: terminalOf(home),
  });
  const ended = once(terminal, "exit");
  return {
    async [Symbol.asyncDispose]() {
      if (terminal.pid && terminal.exitCode === null && terminal.signalCode === null) {
        process.kill(-terminal.pid, "SIGHUP");
      }
      await ended;
    },
  };
}

/** What pm2 prints when that is typed. */
async function typed(home: string, words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [PM2_BIN, ...words], {
    env: terminalOf(home),
  });
  return stdout.trim();
}

/** The environment of a terminal, in which pm2 has that home. */
function terminalOf(home: string): NodeJS.ProcessEnv {
  return { ...cleanEnvironment(), PM2_HOME: home, PM2_DISCRETE_MODE: "true" };
}

check(
  "an app that dies at every start is given up",
  {
    look: ecosystem,
    hint: "pm2 counts a start as failed when the process ends. Without --unhandled-rejections=strict a broken ES module ends with code 0, or not at all.",
  },
  async ({ stageIt, show }) => {
    // The learner's way of running an app, and an app that throws at the top level of its module.
    // What pm2 calls a failed start depends on the clock, and on a busy machine one takes its time.
    const { pm2, name, config } = await stageIt("broken");
    const broken = {
      ...config,
      script: relative(config.cwd ?? "", BROKEN),
      min_uptime: 20_000,
      restart_delay: 0,
      exp_backoff_restart_delay: 0,
    };
    pm2.start(broken).catch(() => {});
    // Between two starts it is "stopped" for a moment, too.
    let stopped = 0;
    const worker = await eventually<Worker | undefined>(
      async () => (await pm2.workers(name))[0],
      (seen) => {
        stopped = seen?.state === "stopped" ? stopped + 1 : 0;
        return seen?.state === "errored" || stopped > 40 || (seen?.restarts ?? 0) > TOO_OFTEN;
      },
      GIVEN_UP_WITHIN,
    );
    must(worker?.state === "errored", notGivenUp(worker ?? (await pm2.workers(name))[0]));
    show(`errored after ${worker?.restarts} restarts`);
  },
);

function notGivenUp(seen: Worker | undefined): Finding {
  return {
    expected: 'pm2 to restart it, and to give it up as "errored" after some restarts',
    seen: seen ? `that it is ${seen.state} after ${seen.restarts} restarts` : "no process",
    hint:
      seen?.state === "stopped"
        ? "Is autorestart false? Then pm2 does not bring it back at all."
        : (seen?.restarts ?? 0) > TOO_OFTEN
          ? "max_restarts says after how many failed starts pm2 gives up; 16 is its own choice."
          : undefined,
  };
}

async function answers(url: string, when: string): Promise<boolean> {
  return until(
    async () => (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok,
    (ok) => ok,
    {
      within: BACK_WITHIN,
      otherwise: () => ({ expected: `the app to answer ${when}`, seen: "no answer" }),
    },
  );
}

/**
 * pm2 would hide from every other check that the app dies again and again: each meets the process
 * that has just been started.
 */
async function staysUp(app: App): Promise<void> {
  const before = await takeVitals(app);
  const listening = app.trace.events.find(({ kind }) => kind === "listening")?.at ?? Date.now();
  await until(
    async () => {
      const death = await findDeath(app, before);
      if (death) throw death;
      return Date.now() - listening;
    },
    (up) => up > STEADY_AFTER,
    {
      within: BACK_WITHIN,
      otherwise: () => ({ expected: "it to stay up", seen: "that it does not" }),
    },
  );
}

/** The one process of an app. */
async function only(app: App): Promise<Worker> {
  const workers = await app.workers();
  const [worker] = workers;
  if (worker && workers.length === 1) return worker;
  throw new NotYet({ expected: "1 process", seen: describeWorkers(workers), look: ecosystem });
}

/** Waits until pm2 has a new process that listens. */
function comesBack(app: App, before: Worker): Promise<Worker> {
  return until(
    () => only(app),
    ({ pid, state }) =>
      pid !== before.pid &&
      state === "online" &&
      app.trace.events.some((event) => event.kind === "listening" && event.worker.pid === pid),
    {
      within: BACK_WITHIN,
      otherwise: (seen) => ({
        expected: "a new process that listens",
        seen: isAlive(before.pid)
          ? `that pid ${before.pid} lives on as if nothing had been`
          : seen?.pid
            ? `pid ${seen.pid}, ${seen.state}`
            : `no process; for pm2 it is ${seen?.state ?? "gone"}`,
        hint:
          seen?.state === "stopped"
            ? "Is autorestart false? Then pm2 does not bring it back."
            : undefined,
      }),
    },
  );
}

async function reconnects(client: ChatClient, worker: Worker): Promise<void> {
  await until(
    () => client.hellos.at(-1),
    (hello) => hello?.worker.pid === worker.pid,
    {
      within: BACK_WITHIN,
      otherwise: () => ({
        expected: `the client to come back by itself, to pid ${worker.pid}`,
        seen: client.left.length
          ? `only its disconnect: ${client.left.join(", ")}`
          : "no disconnect",
      }),
    },
  );
}
