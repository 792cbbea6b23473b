import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { steps } from "./catalog.ts";
import { loadAt } from "./testing/at-desk.ts";
import { openDesk, runCli, type Desk } from "./testing/cli.ts";
import { runScript } from "./testing/script.ts";

const [first, second, third] = steps;
if (!first || !second || !third) throw new Error("The catalogue lacks a step.");

test("the first time that a step is begun or passed counts, and every verdict is an attempt", async () => {
  using desk = openDesk();
  const { noteBegun, noteVerdict, progressOf } = await progressAt(desk);

  await noteBegun(first);
  const { begun } = progressOf(first);
  await noteBegun(first);
  await noteVerdict(first, "not yet");
  const { passed } = await noteVerdict(first, "passed");
  await noteVerdict(first, "passed");

  expect(progressOf(first)).toEqual({ begun, passed, attempts: 3, last: "passed" });
  expect(begun).toMatch(/^\d{4}-\d\d-\d\dT/);
  expect(passed).toMatch(/^\d{4}-\d\d-\d\dT/);
});

test("what the machine prevented is no attempt", async () => {
  using desk = openDesk();
  const { noteVerdict, progressOf } = await progressAt(desk);

  await noteVerdict(first, "your machine");
  await noteVerdict(first, "inconclusive");

  expect(progressOf(first)).toMatchObject({ attempts: 0, last: "inconclusive" });
});

test("the next step is the first that was not passed, also when later ones were", async () => {
  using desk = openDesk();
  const { nextStep, noteVerdict } = await progressAt(desk);

  await noteVerdict(first, "passed");
  await noteVerdict(third, "passed");

  expect(nextStep().number).toBe(2);
});

test("what the first version of the workshop has noted is still known", async () => {
  using desk = openDesk();
  write(desk, { passed: { [first.slug]: "2026-01-02T03:04:05.000Z" } });
  const { nextStep, noteVerdict, progressOf } = await progressAt(desk);

  await noteVerdict(first, "not yet");

  expect(nextStep().number).toBe(2);
  expect(progressOf(first)).toMatchObject({ passed: "2026-01-02T03:04:05.000Z", attempts: 1 });
});

test("the first version finds what was passed where it looks for it", async () => {
  using desk = openDesk();
  const { noteVerdict } = await progressAt(desk);

  await noteVerdict(first, "passed");

  expect(read(desk)).toMatchObject({ passed: { [first.slug]: expect.any(String) } });
});

test("what a newer version has noted is kept", async () => {
  using desk = openDesk();
  write(desk, {
    version: 7,
    passed: {},
    steps: { [first.slug]: { attempts: 4, mood: "good" }, "10-the-moon": { attempts: 1 } },
  });
  const { noteVerdict } = await progressAt(desk);

  await noteVerdict(first, "not yet");

  expect(read(desk)).toMatchObject({
    version: 7,
    steps: { [first.slug]: { attempts: 5, mood: "good" }, "10-the-moon": { attempts: 1 } },
  });
});

test.each([
  ["is torn", '{ "passed": { "01-one-pro'],
  ["is empty", ""],
  ["is no object", "[1, 2]"],
  ["has a field of another type", '{ "passed": "all of them" }'],
])("a file that %s counts as no progress, and is kept aside", async (_, text) => {
  using desk = openDesk();
  write(desk, text);
  const { nextStep, noteVerdict } = await progressAt(desk);

  const before = nextStep().number;
  await noteVerdict(first, "passed");

  expect(before).toBe(1);
  expect(nextStep().number).toBe(2);
  const kept = readdirSync(notesOf(desk)).filter((name) => name.startsWith("progress.json.torn-"));
  expect(kept).toHaveLength(1);
  expect(readFileSync(join(notesOf(desk), kept[0] ?? ""), "utf8")).toBe(text);
});

test("of several writers at once, none loses what another one has written", async () => {
  using desk = openDesk();
  const writers = [first, second, third].map(({ number }) =>
    runScript(
      `
        import { steps } from "./workshop/catalog.ts";
        import { noteVerdict } from "./workshop/progress.ts";
        process.once("message", async () => {
          for (let count = 0; count < 10; count += 1) {
            await noteVerdict(steps[${number - 1}], "not yet");
            await noteVerdict(steps[3], "not yet");
          }
          process.send("done");
        });
        process.send("ready");
      `,
      { imports: ["tsx"], env: desk.env },
    ),
  );
  await using _all = {
    async [Symbol.asyncDispose]() {
      await Promise.all(writers.map((writer) => writer[Symbol.asyncDispose]()));
    },
  };

  await Promise.all(writers.map((writer) => writer.hears((message) => message === "ready")));
  for (const writer of writers) writer.child.send("go");
  await Promise.all(writers.map((writer) => writer.hears((message) => message === "done")));

  const { progressOf } = await progressAt(desk);
  expect(steps.slice(0, 4).map((step) => progressOf(step).attempts)).toEqual([10, 10, 10, 30]);
  expect(readdirSync(notesOf(desk))).toEqual(["progress.json"]);
});

test("npm run progress shows what was passed, when and how", async () => {
  using desk = openDesk();
  write(desk, {
    passed: { [first.slug]: "2026-11-24T13:20:00.000Z" },
    steps: {
      [first.slug]: { begun: "2026-11-24T11:15:00.000Z", attempts: 3 },
      [second.slug]: { begun: "2026-11-24T13:21:00.000Z", attempts: 1 },
    },
  });

  const { code, output } = await runCli(["progress"], desk);

  expect(output).toMatch(/^1 +One process +passed +2\d Nov 2026, \d\d:\d\d +3 +2 h 5 min$/m);
  expect(output).toMatch(/^2 +Keep it alive +begun +1$/m);
  expect(output).toMatch(/^3 +Cluster it, and watch it break +–$/m);
  expect(output).toContain("1 of 9 steps passed. Next: npm run step 2");
  expect(code).toBe(0);
});

test("npm run progress -- --json gives the same to a program", async () => {
  using desk = openDesk();
  write(desk, { passed: { [first.slug]: "2026-11-24T13:20:00.000Z" } });

  const { output } = await runCli(["progress", "--json"], desk);

  const report: unknown = JSON.parse(output);
  expect(report).toHaveLength(steps.length);
  expect(report).toMatchObject([
    { step: 1, state: "passed", passed: "2026-11-24T13:20:00.000Z", attempts: 0, tookMs: null },
    { step: 2, state: "not begun", passed: null },
    ...steps.slice(2).map(({ slug }) => ({ slug })),
  ]);
});

function progressAt(desk: Desk) {
  return loadAt(desk, () => import("./progress.ts"));
}

function notesOf(desk: Desk): string {
  return desk.env.WORKSHOP_NOTES ?? "";
}

function write(desk: Desk, note: object | string): void {
  const file = join(notesOf(desk), "progress.json");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof note === "string" ? note : JSON.stringify(note));
}

function read(desk: Desk): unknown {
  return JSON.parse(readFileSync(join(notesOf(desk), "progress.json"), "utf8"));
}
