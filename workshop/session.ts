import { EventEmitter, once } from "node:events";
import { join, relative } from "node:path";
import colors from "picocolors";
import { APP_PORT, folderInGit, folderOf, root, steps, type Source, type Step } from "./catalog.ts";
import { RemoteChecker } from "./check/remote.ts";
import { reportOf, summaryOf } from "./check/report.ts";
import { EXIT_CODES, verdictOf, type Verdict } from "./check/verdict.ts";
import { onInterrupt } from "./interrupt.ts";
import { onKeys } from "./keys.ts";
import { judgeCode } from "./judge.ts";
import { LearnersApp } from "./learners-app.ts";
import { openUrl } from "./open-url.ts";
import { Inconclusive, MachineProblem } from "./problems.ts";
import { learnersCopy, notePassed } from "./progress.ts";
import { claimSession } from "./session-note.ts";
import { openDaemons } from "./session-daemons.ts";
import { openSessionRedis } from "./session-redis.ts";
import { portFrom } from "./stage/ports.ts";
import { requireRedis } from "./stage/reach-redis.ts";
import type { PrivateRedis } from "./stage/redis.ts";
import { openRun } from "./stage/run.ts";
import { columns, wrap } from "./text.ts";
import { watchFolder } from "./watch.ts";

const KEYS = ["c check", "o open the app", "l logs", "q quit"];

type Wish = "check" | "quit";

interface Judgement {
  verdict: Verdict;
  restarted: Promise<void>;
}

export interface SessionOptions {
  step: Step;
  source: Extract<Source, "work" | "solution">;
}

/**
 * Puts a person at a step: starts its app, shows what happens in it, checks it, and checks again
 * when a file is saved. Without a terminal it does all that once. Gives the exit code: that of the
 * last verdict without a terminal, 0 with one.
 */
export async function runSession({ step, source }: SessionOptions): Promise<number> {
  using claim = claimSession(step.number);
  const { dir, isNew } =
    source === "work" ? learnersCopy(step) : { dir: folderInGit(step, source), isNew: false };
  printHeader(step, dir, isNew);

  await using run = await openRun();
  await using checker = new RemoteChecker();
  using _interrupt = onInterrupt(async () => {
    silence();
    await checker[Symbol.asyncDispose]();
    await run[Symbol.asyncDispose]();
    claim[Symbol.dispose]();
  });
  // A Redis that cannot be used is told before anything else is started.
  const redis = step.services.includes("redis")
    ? await openSessionRedis(run, () => print("Redis has ended. r starts it again."))
    : undefined;
  await using own = redis?.own;
  requireRedis(step, redis?.version, own === undefined);
  checker.warm();

  const port = await portFrom(APP_PORT);
  await using daemons = await openDaemons(run, step);
  const { pm2s } = daemons;
  const onUrl = (url: string) => claim.update({ url });
  await using app = new LearnersApp({ step, dir, run, port, pm2s, redis, print, onUrl });
  const homes = pm2s.map(({ home }) => home);
  claim.update({ url: app.url, homes, redis: redis?.url });
  const taken = port === APP_PORT ? "" : ` (port ${APP_PORT} is taken)`;
  print(`${colors.bold("App")}      ${app.url}${taken}`);
  if (redis) {
    print(`${colors.bold("Redis")}    ${redis.about}`);
    print(colors.dim("         npm run redis -- monitor  shows all that it is told"));
  }

  /** Undefined when it was cut short. */
  async function judge(isCurrent: () => boolean): Promise<Judgement | undefined> {
    const start = performance.now();
    print(colors.dim(`── ${new Date().toTimeString().slice(0, 8)}  checking ──`));
    const { results, restarted } = await judgeCode(
      { checker, app, step, dir, isCurrent },
      (result) => {
        if (isCurrent()) print(reportOf(result, dir, columns()).join("\n"));
      },
    );
    if (!isCurrent()) return undefined;
    const verdict = verdictOf(results);
    print(`\n${summaryOf(verdict, results, performance.now() - start)}\n`);
    if (verdict === "passed" && source === "work") {
      notePassed(step);
      print(whatNext(step));
    }
    return { verdict, restarted };
  }

  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    const judgement = await judge(() => true);
    await judgement?.restarted;
    return EXIT_CODES[judgement?.verdict ?? "inconclusive"];
  }

  const desk = new EventEmitter<{ wish: [] }>();
  let wish = "check" as Wish | undefined;
  const want = (what: Wish) => {
    if (wish !== "quit") wish = what;
    void checker.cancel();
    app.abandon();
    desk.emit("wish");
  };
  using _keys = onKeys({
    c: () => want("check"),
    o: () => void openApp(app.url),
    l: () => app.printLogs(),
    q: () => want("quit"),
    ...(own ? { r: () => void toggle(own).catch(explain) } : {}),
  });
  await using _watch = await watchFolder(dir, () => want("check"));
  const keys = own ? KEYS.toSpliced(-1, 0, "r kill Redis, or start it again") : KEYS;
  print(`${colors.dim(wrap(`Keys:    ${keys.join(" · ")}`, columns()).join("\n"))}\n`);

  for (;;) {
    if (!wish) await once(desk, "wish");
    if (wish === "quit") break;
    wish = undefined;
    await judge(() => wish === undefined).then((it) => it?.restarted.catch(explain), explain);
  }
  print("Closing.");
  return 0;
}

let silent = false;

function print(text: string): void {
  if (!silent) console.log(text);
}

/** What is cut short has nothing more to say. */
function silence(): void {
  silent = true;
}

function printHeader(step: Step, dir: string, isNew: boolean): void {
  const folder = relative(root, dir);
  const label = (name: string) => colors.bold(name.padEnd(9));
  print(`\n${colors.bold(colors.inverse(` Step ${step.number} · ${step.title} `))}`);
  print(wrap(step.about, columns()).join("\n"));
  if (isNew)
    print(
      wrap(`Your copy is new: ${folder}. Edit there; steps/ stays as it is.`, columns()).join("\n"),
    );
  print(`\n${label("Read")}${readmeOf(step)}`);
  step.edit.forEach((file, at) => print(`${label(at === 0 ? "Edit" : "")}${join(folder, file)}`));
}

/** What a person does after a pass. */
function whatNext(step: Step): string {
  const next = steps.find(({ number }) => number === step.number + 1);
  const then = next ? ` Then: npm run step ${next.number}` : "";
  return `${wrap(`Read "Why it works" in ${readmeOf(step)}.${then}`, columns()).join("\n")}\n`;
}

function readmeOf(step: Step): string {
  return relative(root, join(folderOf(step, "starter"), "README.md"));
}

/** Opens the app in the person's browser, or says where it is. */
async function openApp(url: string): Promise<void> {
  print((await openUrl(url)) ? `Opening ${url}` : `No way to open a browser here. Go to ${url}`);
}

/** Kills the session's own Redis, or starts it again: to see what the app does then. */
async function toggle(redis: PrivateRedis): Promise<void> {
  if (redis.isThere()) {
    await redis.kill();
    print("Redis is killed. r starts it again.");
  } else {
    await redis.start();
    print("Redis is back.");
  }
}

/** What goes wrong while checking must not end the session. */
function explain(error: unknown): void {
  if (error instanceof MachineProblem) print(`${error.message}\nMend it: ${error.remedy}`);
  else if (error instanceof Inconclusive) print(error.message);
  else {
    print("This is a bug in the workshop. Please report it with the output of npm run doctor.");
    console.error(error);
  }
}
