import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify, stripVTControlCharacters } from "node:util";
import type { StartOptions } from "pm2";
import { NotYet, type Finding } from "../workshop/problems.ts";
import type { App } from "../workshop/stage/app.ts";
import { endDaemon } from "../workshop/stage/daemon.ts";
import { cleanEnvironment } from "../workshop/stage/environment.ts";
import { PM2_BIN, type Worker } from "../workshop/stage/pm2.ts";
import { isAlive } from "../workshop/stage/processes.mjs";
import { eventually, until } from "../workshop/stage/until.ts";
import { Trace } from "../workshop/trace/collector.ts";
import { check } from "./support/check.ts";
import { hears, type ChatClient } from "./support/clients.ts";
import { describeWorkers } from "./support/describe.ts";
import { must } from "./support/must.ts";
import { findDeath, takeVitals } from "./support/vitals.ts";
import { mustRunWithoutPm2 } from "./support/without-pm2.ts";

const ecosystem = { file: "ecosystem.config.cjs", todo: "2.1" };
/** Node needs a good part of this to load a server, more on a busy machine. In ms. */
const SHORTEST_WAIT = 1_000;
/** Who has been restarted so often has not been given up. */
const TOO_OFTEN = 40;
/** More than an app prints in a check, however much its author wants to see. */
const ALL_LINES = "1000000";
/** An app that is up for so long has not died of what it does at its start. In ms. */
const STEADY_AFTER = 500;
/** How long pm2 and a client may take to be back, in ms: what will not be is mostly told before. */
const BACK_WITHIN = 20_000;
/** How long a daemon and an app may take to come up where somebody types pm2 start, in ms. */
const STARTED_WITHIN = 30_000;
/** How long a client may take to poll again, in ms. */
const POLLS_WITHIN = 5_000;
/** How long what was printed may take to be in the log, in ms. */
const LOGGED_WITHIN = 5_000;
/** What pm2 has said to be stopped for so long, it does not start again. In ms. */
const STOPPED_FOR = 2_000;
/** Who has reported an exception and is there after so long has survived it. In ms. */
const SURVIVED_FOR = 3_000;
/**
 * pm2 gives up after 16 starts that fail, where nothing else is said; fewer show the same sooner. Of
 * five each takes 0.2 s, much more on a busy machine.
 */
const ENOUGH_RESTARTS = 5;
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
  async ({ app, dir, stageIt, show }) => {
    const [worker] = await app.workers();
    // A worker's reports arrive in the order in which it sent them.
    const order = app.trace.events.map(({ kind }) => kind);
    const [listening, ready] = [order.indexOf("listening"), order.indexOf("ready")];
    must(worker?.waitsForReady === true, {
      expected: "pm2 to wait until the app says that it is ready",
      seen: "wait_ready is not set",
      look: ecosystem,
      hint: "Without it pm2 calls a process online as soon as it exists, whether it can answer or not.",
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
    await mustRunWithoutPm2(await stageIt("alone"), dir);
    show('first it listens, then it says "ready"; without pm2 it listens, too');
  },
);

check(
  "kill -9 brings it back, and its clients with it",
  { fault: true, look: ecosystem },
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
    fault: true,
    look: ecosystem,
    hint: "Is --unhandled-rejections=strict among the node_args, and does nothing in server.ts catch the exception (try, or process.on)? Else it is logged, and the process goes on as if nothing had been.",
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
    fault: true,
    look: { file: "server.ts", todo: "2.3" },
    hint: "On SIGINT: await io.close(), then process.exit(0).",
  },
  async ({ launch, stageIt, pm2, show }) => {
    await leavesTime(await stageIt("patience"));
    const { app, clients } = await launch();
    const poller = await clients.connect({ transports: ["polling"] });
    await waitsForNews(poller, app);
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
      seen: `that pm2 had to kill it: ${killed?.replace(/^.*?:\s*(?=App|Process|pid)|\.+$/gi, "").trim()}`,
      hint: "What does it wait for after SIGINT? httpServer.close() waits for its clients, io.close() ends their sessions; and process.exit(0) ends what is left.",
    });
    const exit = app.trace.exits().find(({ worker }) => worker.pid === pid);
    must(exit !== undefined, {
      expected: "the process to end by its own will",
      seen: "that SIGINT ended it on the spot: nothing in it had a chance to run",
      hint: 'process.on("SIGINT", …) makes the signal a request. pm2 sends no other one.',
    });
    must(exit.code === 0, {
      expected: "the process to end with exit code 0",
      seen: `exit code ${exit.code}`,
      hint: "process.exit(0): it was asked to end, so this is no failure.",
    });
    await hears(
      "the client to notice",
      () => poller.left,
      (left) => left.length > 0,
    );
    must(poller.left[0] === "transport close", {
      expected: 'the sessions to be closed in order, which a client sees as "transport close"',
      seen: `"${poller.left[0]}"`,
      hint:
        poller.left[0] === "io server disconnect"
          ? "A client that is disconnected on purpose does not come back by itself. io.close() ends the sessions, and the clients look for the next server."
          : "io.close() ends the sessions and stops listening; wait for it before you exit.",
    });
    show(`pid ${pid} ended with code 0; its client saw "${poller.left[0]}"`);
  },
);

/** Waits until a poll of a client is with the server: between two polls nobody can tell it anything. */
async function waitsForNews({ socket }: ChatClient, { url }: App): Promise<void> {
  await until(
    () => Reflect.get(socket.io.engine.transport, "_polling"),
    (isPolling) => isPolling === true,
    {
      within: POLLS_WITHIN,
      otherwise: () => ({
        expected: "a client that polls to stay and wait for news",
        seen: socket.connected ? "that it does not poll" : "that it is gone",
      }),
    },
  );
  // What is answered after it has come after it.
  await fetch(url);
}

check(
  "it outlives the terminal that started it",
  { fault: true, look: ecosystem },
  async ({ stageIt, show }) => {
    const { pm2, name, port, file } = await stageIt("terminal");
    // A home of its own: here it is pm2 start, typed in that terminal, that brings the daemon up.
    const home = `${pm2.home}-${port}`;
    await using _daemon = { [Symbol.asyncDispose]: () => endDaemon(home) };
    await using terminal = openTerminal(home, file);
    await answers(`http://127.0.0.1:${port}/`, "after pm2 start", STARTED_WITHIN);
    const before = await typed(home, ["pid", name]);

    await terminal[Symbol.asyncDispose]();
    await answers(`http://127.0.0.1:${port}/`, "after the terminal was closed", BACK_WITHIN);
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
    fault: true,
    look: ecosystem,
    hint: "Are out_file or error_file set to /dev/null, or disable_logs to true?",
  },
  async ({ app, pm2, show }) => {
    const { home } = await pm2();
    const find = (log: string) => printedBy(app).find((line) => log.includes(line));
    const log = await until(
      async () =>
        loggedIn(
          await typed(home, ["logs", app.name, "--nostream", "--raw", "--lines", ALL_LINES]),
        ),
      (text) => find(text) !== undefined,
      {
        within: LOGGED_WITHIN,
        otherwise: (seen) => ({
          expected: "pm2 logs to show what the server prints when it listens",
          seen: seen ? `only ${JSON.stringify(seen.slice(-200))}` : "an empty log",
        }),
      },
    );
    show(find(log) ?? "");
  },
);

/** The lines that an app has printed; those of its standard output alone, where there are any. */
function printedBy({ output }: App): string[] {
  const err = linesOf(output.err);
  const out = linesOf(output.out).filter((line) => !err.includes(line));
  return out.length > 0 ? out : err;
}

function linesOf(text: string): string[] {
  return stripVTControlCharacters(text)
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

/** What pm2 logs prints, without what pm2 itself has to say. */
function loggedIn(text: string): string {
  const own = /^\[TAILING\] |last \d+ lines:$/;
  return stripVTControlCharacters(text)
    .split("\n")
    .filter((line) => line.trim() !== "" && !own.test(line))
    .join("\n");
}

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
    maxBuffer: Number.POSITIVE_INFINITY,
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
    fault: true,
    look: ecosystem,
    hint: "pm2 counts a start as failed when the process ends. Without --unhandled-rejections=strict a broken ES module ends with code 0, or not at all.",
  },
  async ({ stageIt, show }) => {
    // The learner's way of running an app, and an app that throws at the top level of its module.
    // What pm2 calls a failed start depends on the clock, and on a busy machine one takes its time.
    const { pm2, name, config, file } = await stageIt("broken");
    const { max_restarts: restarts } = config;
    must(restarts === undefined || restarts <= TOO_OFTEN, {
      expected: "pm2 to give up an app that dies at every start, after some restarts",
      seen: `max_restarts: ${restarts}`,
      hint: "It says after how many failed starts pm2 gives up; 16 is its own choice.",
    });
    const exits = `${file}-exits.ndjson`;
    const trace = new Trace(exits);
    const broken = {
      ...config,
      script: relative(config.cwd ?? "", brokenLike(String(config.script))),
      env: { ...config.env, WORKSHOP_EXITS: exits },
      min_uptime: 20_000,
      max_restarts: Math.min(restarts ?? ENOUGH_RESTARTS, ENOUGH_RESTARTS),
      restart_delay: 0,
      exp_backoff_restart_delay: 0,
    };
    let refusal: Error | undefined;
    pm2.start(broken).catch((error: Error) => (refusal = error));
    const stopped = new Lasting();
    const worker = await eventually<Worker | undefined>(
      async () => (await pm2.workers(name))[0],
      (seen) => {
        // Between two starts it is "stopped" for a moment, too.
        const isStopped = stopped.lasts(seen?.state === "stopped") > STOPPED_FOR;
        const [exit] = trace.exits();
        if (exit?.code === 0) throw new NotYet(failsInSilence());
        must(!refusal, {
          expected: "pm2 to start an app as the ecosystem file has it",
          seen: `its refusal: ${refusal?.message}`,
        });
        return seen?.state === "errored" || isStopped || (seen?.restarts ?? 0) > TOO_OFTEN;
      },
      GIVEN_UP_WITHIN,
    );
    must(worker?.state === "errored", notGivenUp(worker ?? (await pm2.workers(name))[0]));
    show(`errored after ${worker?.restarts} restarts`);
  },
);

/** An app that dies at every start, of the same kind of module as this script. */
function brokenLike(script: string): string {
  const ending = script.endsWith(".cjs") ? "cjs" : /\.m?ts$/.test(script) ? "ts" : "mjs";
  return fileURLToPath(new URL(`support/dies-at-start.${ending}`, import.meta.url));
}

function failsInSilence(): Finding {
  return {
    expected: "an app that throws as it starts to end with an exit code that says so",
    seen: "exit code 0, as if all were well: pm2 starts it again for ever",
    hint: "In pm2 an exception of an ES module is a rejection that nobody handles. --unhandled-rejections=strict among the node_args makes it end the process.",
  };
}

function notGivenUp(seen: Worker | undefined): Finding {
  return {
    expected: 'pm2 to restart it, and to give it up as "errored" after some restarts',
    seen: seen ? `that it is ${seen.state} after ${seen.restarts} restarts` : "no process",
    hint:
      seen?.state === "stopped"
        ? "Is autorestart false, or its exit code among stop_exit_codes? Then pm2 does not bring it back at all."
        : (seen?.restarts ?? 0) > TOO_OFTEN
          ? "max_restarts says after how many failed starts pm2 gives up; 16 is its own choice."
          : undefined,
  };
}

/** Since when something holds without a break. */
class Lasting {
  #since: number | undefined;

  /** For how long it has held, in ms, given whether it does now. */
  lasts(holds: boolean): number {
    this.#since = holds ? (this.#since ?? performance.now()) : undefined;
    return this.#since === undefined ? 0 : performance.now() - this.#since;
  }
}

/**
 * Whoever has only some milliseconds to end may be lucky.
 *
 * @throws NotYet when pm2 was told to wait for less than a second. (By itself it waits for 1.6.)
 */
async function leavesTime({ config }: { config: StartOptions }): Promise<void> {
  const { kill_timeout: patience = SHORTEST_WAIT } = config;
  must(Number(patience) >= SHORTEST_WAIT, {
    expected: "pm2 to leave the process time to end by its own will, also on a busy machine",
    seen: `kill_timeout: ${patience}, after which pm2 kills it`,
    look: ecosystem,
    hint: "It is in milliseconds; 1600 without it.",
  });
}

async function answers(url: string, when: string, within: number): Promise<boolean> {
  return until(
    async () => (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok,
    (ok) => ok,
    {
      within,
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

/** Waits until pm2 has a new process that listens. @throws NotYet as soon as it is clear that it will not. */
function comesBack(app: App, before: Worker): Promise<Worker> {
  const stopped = new Lasting();
  const survived = new Lasting();
  const said = app.output.err.length;
  const isThere = ({ pid, state }: Worker) =>
    pid !== before.pid &&
    state === "online" &&
    app.trace.events.some((event) => event.kind === "listening" && event.worker.pid === pid);
  return until(
    async () => {
      const worker = await only(app);
      const hasSpoken = app.output.err.length !== said;
      const isOver =
        stopped.lasts(worker.state === "stopped") > STOPPED_FOR ||
        survived.lasts(hasSpoken && isAlive(before.pid)) > SURVIVED_FOR;
      if (isOver) throw new NotYet(notBack(before, worker));
      return worker;
    },
    isThere,
    { within: BACK_WITHIN, otherwise: (seen) => notBack(before, seen) },
  );
}

function notBack(before: Worker, seen: Worker | undefined): Finding {
  return {
    expected: "a new process that listens",
    seen: isAlive(before.pid)
      ? `that pid ${before.pid} lives on as if nothing had been`
      : seen?.pid
        ? `pid ${seen.pid}, ${seen.state}`
        : `no process; for pm2 it is ${seen?.state ?? "gone"}`,
    hint:
      seen?.state === "stopped"
        ? "Is autorestart false, or its exit code among stop_exit_codes? Then pm2 does not bring it back."
        : seen?.state === "waiting restart"
          ? "pm2 waits with it: does restart_delay, or exp_backoff_restart_delay, say for how long?"
          : undefined,
  };
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
