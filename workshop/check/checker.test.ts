import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { folderOf, root, steps } from "../catalog.ts";
import { makeFolder } from "../testing/folder.ts";
import { commandOf, processesOf } from "../stage/processes.mjs";
import { leaksOf } from "../verify/leaks.ts";
import { openChecker, type Checker } from "./checker.ts";
import { RemoteChecker } from "./remote.ts";
import { verdictOf } from "./verdict.ts";

const [first] = steps;
if (!first) throw new Error("The catalogue is empty.");
const request = { step: first, dir: folderOf(first, "solution") };
const ONE = "a handshake by hand opens a session";
/** Each opens a stage of its own, with a browser; on a busy machine. In ms. */
vi.setConfig({ testTimeout: 180_000 });

/** The process in which vitest runs the checks. */
function workerOf({ folder }: Checker): number | undefined {
  return processesOf(folder).find(({ pid }) => commandOf(pid).includes("kept-worker-child"))?.pid;
}

function killWorkerOf(checker: Checker): void {
  const pid = workerOf(checker);
  if (pid === undefined) throw new Error("There is no process in which checks are run.");
  process.kill(pid, "SIGKILL");
}

test("one check alone is run where it is asked for, in a process that stays for the next", async () => {
  await using checker = await openChecker();

  const whole = { ...request, only: ONE, untilAllHasEnded: true };
  const before = await checker.run(whole, () => {});
  const pid = workerOf(checker);
  const after = await checker.run(whole, () => {});
  const leaks = await leaksOf(checker.folder);

  expect(before).toMatchObject([{ title: ONE, outcome: "passed" }]);
  expect(after).toMatchObject([{ title: ONE, outcome: "passed" }]);
  expect(leaks).toEqual([]);
  expect(pid).toBeGreaterThan(0);
  expect(workerOf(checker)).toBe(pid);
});

test("a run that is cut short takes its process with it, and the next one is whole", async () => {
  await using checker = await openChecker();
  let pid: number | undefined;

  const cut = await checker.run(request, ({ toCome }) => {
    if (!toCome) return;
    pid ??= workerOf(checker);
    void checker.cancel();
  });
  const next = await checker.run({ ...request, only: ONE }, () => {});

  expect(cut.length).toBeLessThan(7);
  expect(next).toMatchObject([{ title: ONE, outcome: "passed" }]);
  expect(workerOf(checker)).not.toBe(pid);
});

test("a run can be cut short before the process of its checks is there", async () => {
  await using checker = await openChecker();

  const cut = await checker.run(request, ({ toCome }) => {
    // The code is read; vitest is asked to run the checks next.
    if (!toCome) setImmediate(() => void checker.cancel());
  });
  const next = await checker.run({ ...request, only: ONE }, () => {});

  expect(cut.length).toBeLessThanOrEqual(2);
  expect(next).toMatchObject([{ title: ONE, outcome: "passed" }]);
});

test("who cuts a run short twice leaves nothing behind", async () => {
  await using checker = await openChecker();

  await checker.run({ ...request, untilAllHasEnded: true }, ({ toCome }) => {
    if (!toCome) return;
    void checker.cancel();
    void checker.cancel();
  });

  expect(await leaksOf(checker.folder)).toEqual([]);
});

test("a run whose process is killed while it is cut short is over", async () => {
  await using checker = await openChecker();
  let isCut = false;

  await checker.run(request, ({ toCome }) => {
    if (!toCome || isCut) return;
    isCut = true;
    void checker.cancel();
    killWorkerOf(checker);
  });
  const next = await checker.run({ ...request, only: ONE }, () => {});

  expect(next).toMatchObject([{ title: ONE, outcome: "passed" }]);
});

test("to cancel what is over, or has not begun, cuts nothing short", async () => {
  await using checker = await openChecker();

  void checker.cancel();
  const first = await checker.run({ ...request, only: ONE }, () => {});
  void checker.cancel();
  const next = await checker.run({ ...request, only: ONE }, () => {});

  expect([first, next]).toMatchObject([
    [{ title: ONE, outcome: "passed" }],
    [{ title: ONE, outcome: "passed" }],
  ]);
});

test("a run whose process is killed in the middle has not passed", async () => {
  await using checker = await openChecker();
  let isKilled = false;

  const results = await checker.run(request, ({ toCome }) => {
    if (!toCome || isKilled) return;
    killWorkerOf(checker);
    isKilled = true;
  });
  const next = await checker.run({ ...request, only: ONE }, () => {});

  expect(results.at(-1)).toMatchObject({
    title: "the checks come to their end",
    outcome: "inconclusive",
    problem: {
      message:
        "the run of the checks has ended in the middle: the process that ran the checks has ended (SIGKILL)",
    },
  });
  expect(verdictOf(results)).toBe("inconclusive");
  expect(next).toMatchObject([{ title: ONE, outcome: "passed" }]);
});

test("a process that is killed between two runs is replaced", async () => {
  await using checker = await openChecker();
  await checker.run({ ...request, only: ONE }, () => {});
  killWorkerOf(checker);

  const next = await checker.run({ ...request, only: ONE }, () => {});

  expect(next).toMatchObject([{ title: ONE, outcome: "passed" }]);
});

test("each result says how many are still to come", async () => {
  await using checker = await openChecker();
  const toCome: (number | undefined)[] = [];

  await checker.run(request, (result) => toCome.push(result.toCome?.quick));

  expect(toCome[0]).toBeUndefined();
  expect(toCome.slice(1)).toEqual(toCome.slice(1).map((_, at, all) => all.length - at - 1));
});

test("the checks that break something on purpose can be left out", async () => {
  await using checker = await openChecker();
  const pubSub = steps[4] ?? first;
  const dir = folderOf(pubSub, "solution");

  const results = await checker.run({ step: pubSub, dir, withoutFaults: true }, () => {});

  expect(verdictOf(results)).toBe("passed");
  expect(results.map(({ title }) => title)).not.toContain(
    "Redis freezes, dies and comes back, and no worker dies of it",
  );
});

test("what is cancelled in another process is the run that goes on, and no other", async () => {
  await using checker = new RemoteChecker();
  const one = { ...request, only: ONE };
  checker.warm();

  // Nothing goes on yet, and the process is still being opened.
  void checker.cancel();
  const whole = await checker.run(one, () => {});
  const cancelled = checker.run(one, () => {});
  void checker.cancel();
  const next = checker.run(one, () => {});

  expect(whole).toMatchObject([{ title: ONE, outcome: "passed" }]);
  expect(await cancelled).toEqual([]);
  expect(await next).toMatchObject([{ title: ONE, outcome: "passed" }]);
});

test("code that cannot be read is not started", async () => {
  using folder = makeFolder({ "server.ts": "const x = ;" });
  await using checker = await openChecker();

  const results = await checker.run({ step: first, dir: folder.path }, () => {});

  expect(results).toMatchObject([{ title: "the code can be read", outcome: "not yet" }]);
  expect(workerOf(checker)).toBeUndefined();
});

test("fixtures are declared where each run declares them anew", () => {
  const support = join(root, "checks", "support");
  const keepers = readdirSync(support).filter((name) =>
    /^import (?!type)[^;]*from "\.\/check\.ts"/m.test(readFileSync(join(support, name), "utf8")),
  );

  // A module that stays from run to run would keep fixtures that nobody puts away any more.
  expect(keepers).toEqual([]);
});
