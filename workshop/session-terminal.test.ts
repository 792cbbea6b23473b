import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderOf, steps, type Step } from "./catalog.ts";
import { RUNS } from "./stage/run.ts";
import { processesOf } from "./stage/processes.mjs";
import { until } from "./stage/until.ts";
import { openDesk, type Desk } from "./testing/cli.ts";
import { noPty, openCliPty } from "./testing/pty.ts";

const [first] = steps;
if (!first) throw new Error("The catalogue is empty.");

/** Whole sessions with their checks, on a busy machine. In ms. */
const BUSY_TIMEOUT = 240_000;

describe.skipIf(noPty)(
  `in a terminal${noPty ? `: ${noPty}` : ""}`,
  { timeout: BUSY_TIMEOUT },
  () => {
    test("a person works through a step by keys alone, and goes on to the next", async () => {
      using desk = openDesk();
      await using session = openCliPty(["step", "1"], desk, { rows: 40 });
      const copy = join(desk.work, first.slug);
      const run = await runOf(session.pid);

      await session.shows(/^ 1 of \d+ checks hold · waiting for a save\n h hint/m);
      session.type("h");
      await session.shows(/┃ Hint 1 of \d+/);
      session.type("d");
      await session.shows(/^ Your code, and the solution · 1–39 of \d+/m);
      session.type("qs");
      await session.shows(/^ Show the solution before you have passed\?\n y yes {2}n no/m);
      // No command, while something is asked.
      session.type("c");
      session.type("Y");
      await session.shows(/^ Solution of step 1 · 1–39 of \d+/m);
      session.type("/(httpServer, {\r");
      await session.shows(/^ 17 const io = new Server<.*\(httpServer\n {4}, \{$/m);
      session.type("q");
      await session.shows(/^ 1 of \d+ checks hold · waiting/m);
      finish(first, desk);
      await session.shows(/^ all \d+ checks hold · n goes on to step 2/m);
      const passed = await session.terminal.all();
      session.type("n");
      await session.shows(/^── Step 2 · Keep it alive ─+ http/m);
      session.type("q");

      expect(await session.ended).toBe(0);
      const text = passed.join("\n");
      expect(text.match(/checking ──/g)).toHaveLength(2);
      expect(text).toMatch(/^Passed after 2 checks, \d+ \w+ after you began\.$/m);
      expect(text).toMatch(/^What changed in your head: Socket\.IO is an HTTP handshake/m);
      expect(text).toMatch(/^Why it works$[^]*^n goes on to step 2: Keep it alive$/m);
      expect(readFileSync(join(copy, "server.ts"), "utf8")).toContain("answer 1.1");
      expect(await session.terminal.isGivenBack()).toBe(true);
      expect(await remainsOf(run)).toEqual([]);
    });

    test("a reset is asked for, its backup is named, and while paused it is not checked", async () => {
      using desk = openDesk();
      finish(first, desk);
      await using session = openCliPty(["step", "1"], desk, { columns: 100 });

      await session.shows(/h hint/);
      session.type("p");
      await session.shows(/p resume/);
      session.type("r");
      await session.shows(/^ Put your copy back to the starter\?/m);
      session.type("n");
      await session.shows(/h hint/);
      const kept = readFileSync(join(desk.work, first.slug, "server.ts"), "utf8");
      session.type("ry");
      await session.shows(/paused, and saved since/);
      const text = (await session.terminal.all()).join("\n");
      session.type("p");
      await session.shows(/^── [\d:]+ {2}checking ──[^]*✗ a handshake by hand opens a session/m);
      session.type("q");

      expect(await session.ended).toBe(0);
      expect(kept).toContain("answer 1.1");
      const [, backup = ""] =
        /^Your copy is as the starter is\. What you had is in (\S+)$/m.exec(text) ?? [];
      expect(existsSync(join(dirname(desk.work), backup, "server.ts"))).toBe(true);
    });

    test.each([
      ["while it starts", "2", "", /^ starting/m],
      ["while it checks", "2", "", /^ checking/m],
      ["while a page is open", "1", "l", /What the app has printed/],
      ["while something is asked", "1", "s", /Show the solution/],
    ])(
      "Ctrl-C %s gives the terminal back, and nothing is left running",
      async (_, step, keys, screen) => {
        using desk = openDesk();
        await using session = openCliPty(["step", step], desk);
        await session.shows(keys ? /^ h hint/m : screen);
        const run = await runOf(session.pid);
        session.type(keys);
        await session.shows(screen);

        session.type("\x03");

        expect(await session.ended).toBe(130);
        expect(await session.terminal.isGivenBack()).toBe(true);
        expect((await session.terminal.screen()).join("\n")).not.toMatch(screen);
        expect(await remainsOf(run)).toEqual([]);
      },
    );

    test.each(["SIGTERM", "SIGHUP"] as const)(
      "%s, as from npm run stop or a closed window, ends all in order",
      async (signal) => {
        using desk = openDesk();
        await using session = openCliPty(["step", "1"], desk);
        await session.shows(/^ checking/m);
        const run = await runOf(session.pid);

        process.kill(session.pid, signal);

        expect(await session.ended).toBe({ SIGTERM: 143, SIGHUP: 129 }[signal]);
        expect(await session.terminal.isGivenBack()).toBe(true);
        expect(await remainsOf(run)).toEqual([]);
      },
    );

    test("what the app prints is seen, and harms neither the screen nor the checks", async () => {
      using desk = openDesk();
      finish(first, desk);
      const file = join(desk.work, first.slug, "server.ts");
      const noise = `console.log("\\u001b[2J\\u001b[?1049hdebug\\u0007", socket.id.length);\n`;
      edit(file, (text) => text.replace(/io\.on\("connection".*\n/, (line) => `${line}  ${noise}`));
      await using session = openCliPty(["step", "1"], desk, { rows: 80 });

      await session.shows(/^Workers[^]*^ all \d+ checks hold/m);
      const [, url = ""] =
        /(http:\/\/localhost:\d+) ──/.exec((await session.terminal.screen()).join("\n")) ?? [];
      const { io } = await import("socket.io-client");
      const client = io(url);
      await session.shows(/^Output {3}debug\\x07 20$/m);
      client.disconnect();
      session.type("q");

      expect(await session.ended).toBe(0);
      expect(session.output()).not.toContain("\x1b[2J");
      expect(session.output()).not.toContain("\x07");
    });

    test("it goes on when the folder of the copy is deleted, and r makes it again", async () => {
      using desk = openDesk();
      await using session = openCliPty(["step", "1"], desk, { columns: 100, rows: 40 });
      await session.shows(/^ 1 of \d+ checks hold/m);

      rmSync(join(desk.work, first.slug), { recursive: true });
      await session.shows(/the whole folder is missing|no such file/);
      await session.shows(/waiting for a save/);
      session.type("ry");
      await session.shows(/^Your copy was gone; here is a new one\./m);
      await session.shows(/✗ a handshake by hand opens a session/);
      session.type("q");

      expect(await session.ended).toBe(0);
    });
  },
);

describe.skipIf(noPty)("with --plain", { timeout: BUSY_TIMEOUT }, () => {
  test.each([
    ["--plain", ["--plain"], {}],
    ["WORKSHOP_PLAIN", [], { WORKSHOP_PLAIN: "1" }],
    ["a terminal that can only print", [], { TERM: "dumb" }],
  ])("%s: words only, nothing is drawn, and keys and questions work", async (_, options, env) => {
    using desk = openDesk();
    await using session = openCliPty(["step", "1", ...options], desk, { rows: 60, env });

    await session.shows(/^Keys: h hint, d diff/m);
    await session.shows(/^not yet 1 of \d+ checks hold/m);
    session.type("s");
    await session.shows(/^Show the solution before you have passed\? Press y for yes, n for no\./m);
    session.type("n");
    await session.shows(/^No\.$/m);
    session.type("?");
    await session.shows(/^Help\n\nKeys\n {2}h {3}gives the next hint/m);
    session.type("q");

    expect(await session.ended).toBe(0);
    const text = session.output();
    expect(text).toMatch(/^passed: the code can be read, \d+ ms\r?$/m);
    expect(text).toMatch(/^not yet: a handshake by hand opens a session, /m);
    expect(text).not.toMatch(/[\p{So}─━│┃✓✗·–…]/u);
    expect(text).not.toContain("\x1b");
  });
});

/** Writes the solution where the learner's copy is, or will be. */
function finish(step: Step, { work }: Desk): void {
  cpSync(folderOf(step, "solution"), join(work, step.slug), { recursive: true, force: true });
}

function edit(file: string, change: (text: string) => string): void {
  const text = readFileSync(file, "utf8");
  const changed = change(text);
  if (changed === text) throw new Error(`Nothing has changed in ${file}.`);
  writeFileSync(file, changed);
}

/** The folder of the run that a session has opened. */
async function runOf(pid: number): Promise<string> {
  const folders = () =>
    readdirSync(dirname(RUNS))
      .map((name) => join(dirname(RUNS), name))
      .filter((folder) => folder.startsWith(RUNS));
  const found = await until(
    () => folders().find((folder) => ownerOf(folder) === pid),
    (folder) => folder !== undefined,
    { within: 20_000, otherwise: () => new Error(`The session ${pid} has opened no run.`) },
  );
  return String(found);
}

function ownerOf(folder: string): unknown {
  try {
    return JSON.parse(readFileSync(join(folder, "owner.json"), "utf8")).pid;
  } catch {
    // Between the making of a folder and the writing of its owner lies a moment.
    return undefined;
  }
}

/** Waits until nothing is left of a run, and gives what is. */
async function remainsOf(run: string): Promise<unknown[]> {
  return until(
    () => [...processesOf(run), ...(existsSync(run) ? [run] : [])],
    ({ length }) => length === 0,
    { within: 20_000, otherwise: (left) => new Error(`Left: ${JSON.stringify(left)}`) },
  );
}
