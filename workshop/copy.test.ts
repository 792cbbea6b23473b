import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { folderOf, steps } from "./catalog.ts";
import { loadAt } from "./testing/at-desk.ts";
import { openDesk, runCli, type Desk } from "./testing/cli.ts";

const found = steps[3];
if (!found) throw new Error("The catalogue lacks a step.");
/** It has a file in a folder. */
const step = found;
const STARTER = [
  "ecosystem.config.cjs",
  "forty-clients.ts",
  "public/client-options.js",
  "server.ts",
];

test("a copy is made of the starter's code, without what is to be read", async () => {
  using desk = openDesk();
  const { learnersCopy } = await copyAt(desk);

  const { dir, isNew } = learnersCopy(step);

  expect(isNew).toBe(true);
  expect(filesIn(dir)).toEqual(STARTER);
  expect(existsSync(join(folderOf(step, "starter"), "README.md"))).toBe(true);
  expect(readdirSync(desk.work).sort()).toEqual([step.slug, "tsconfig.json"]);
});

test("a copy that is there is left alone", async () => {
  using desk = openDesk();
  const { learnersCopy } = await copyAt(desk);
  write(desk, "server.ts", "mine");

  expect(learnersCopy(step).isNew).toBe(false);
  expect(filesIn(copyOf(desk))).toEqual(["server.ts"]);
});

test("what a killed process has left of a copy is cleared away", async () => {
  using desk = openDesk();
  const { learnersCopy } = await copyAt(desk);
  mkdirSync(join(desk.work, `${step.slug}.4194304`));

  learnersCopy(step);

  expect(readdirSync(desk.work).sort()).toEqual([step.slug, "tsconfig.json"]);
});

test("the files of a starter that have changed since the copy are known", async () => {
  using desk = openDesk();
  const { changedStarter, learnersCopy, resetCopy } = await copyAt(desk);
  learnersCopy(step);
  const fresh = changedStarter(step);
  // As if the copy had been made of another server.ts, before there was a forty-clients.ts.
  const note = join(desk.env.WORKSHOP_NOTES ?? "", "copies", `${step.slug}.json`);
  const { starter } = JSON.parse(readFileSync(note, "utf8"));
  writeFileSync(
    note,
    JSON.stringify({ starter: { ...starter, "server.ts": "0", "forty-clients.ts": undefined } }),
  );

  expect(fresh).toEqual([]);
  expect(changedStarter(step)).toEqual(["forty-clients.ts", "server.ts"]);
  await resetCopy(step, ["server.ts"]);
  expect(changedStarter(step)).toEqual(["forty-clients.ts"]);
  await resetCopy(step);
  expect(changedStarter(step)).toEqual([]);
});

test("of a copy that an older version has made, nobody knows what has changed", async () => {
  using desk = openDesk();
  const { changedStarter } = await copyAt(desk);
  write(desk, "server.ts", "mine");

  expect(changedStarter(step)).toEqual([]);
});

test("a reset puts the copy back to the starter, and everything that was there is in the backup", async () => {
  using desk = openDesk();
  const { learnersCopy, resetCopy } = await copyAt(desk);
  const { dir } = learnersCopy(step);
  write(desk, "server.ts", "mine");
  write(desk, "notes/today.txt", "it works");
  rmSync(join(dir, "public"), { recursive: true });
  const before = contentOf(dir);

  const { backup = "", files, moved } = await resetCopy(step);

  expect(contentOf(dir)).toEqual(starterContent());
  expect(contentOf(backup)).toEqual(before);
  expect(files.sort()).toEqual(["public/client-options.js", "server.ts"]);
  expect(moved).toEqual(["notes"]);
});

test("a reset of one file leaves the others alone", async () => {
  using desk = openDesk();
  const { learnersCopy, resetCopy } = await copyAt(desk);
  const { dir } = learnersCopy(step);
  write(desk, "server.ts", "mine");
  write(desk, "public/client-options.js", "mine, too");

  const { backup = "" } = await resetCopy(step, ["public/client-options.js"]);

  expect(contentOf(dir)).toEqual({ ...starterContent(), "server.ts": "mine" });
  expect(contentOf(backup)).toEqual({ "public/client-options.js": "mine, too" });
});

test("a reset of what is like the starter makes no backup", async () => {
  using desk = openDesk();
  const { learnersCopy, resetCopy } = await copyAt(desk);
  learnersCopy(step);

  expect(await resetCopy(step)).toMatchObject({ backup: undefined, files: [], moved: [] });
});

test("undoing a reset brings everything back, and undoing that is the reset again", async () => {
  using desk = openDesk();
  const { learnersCopy, resetCopy, undoReset } = await copyAt(desk);
  const { dir } = learnersCopy(step);
  write(desk, "server.ts", "mine");
  write(desk, ".hidden/extra.ts", "an extra");
  rmSync(join(dir, "forty-clients.ts"));
  const before = contentOf(dir);
  await resetCopy(step);

  await undoReset(step);
  const undone = contentOf(dir);
  await undoReset(step);
  const again = contentOf(dir);
  await undoReset(step);

  expect(undone).toEqual(before);
  expect(again).toEqual(starterContent());
  expect(contentOf(dir)).toEqual(before);
});

test("undoing the reset of one file touches nothing else, also when the file was not there", async () => {
  using desk = openDesk();
  const { learnersCopy, resetCopy, undoReset } = await copyAt(desk);
  const { dir } = learnersCopy(step);
  rmSync(join(dir, "server.ts"));
  await resetCopy(step, ["server.ts"]);
  write(desk, "extra.ts", "written since");

  await undoReset(step);

  expect(filesIn(dir)).toEqual(
    [...STARTER, "extra.ts"].filter((file) => file !== "server.ts").sort(),
  );
});

test("backups of one second have names of their own, in order", async () => {
  using desk = openDesk();
  const { learnersCopy, resetCopy, undoReset } = await copyAt(desk);
  learnersCopy(step);
  const backups: (string | undefined)[] = [];
  for (let count = 0; count < 12; count += 1) {
    write(desk, "server.ts", `mine, ${count}`);
    backups.push((await resetCopy(step, ["server.ts"])).backup);
  }

  await undoReset(step);

  expect(new Set(backups).size).toBe(12);
  expect(readFileSync(join(copyOf(desk), "server.ts"), "utf8")).toBe("mine, 11");
});

test("links are moved as links, and what they lead to is not touched", async ({ skip }) => {
  skip(process.platform === "win32", "Links need a right there.");
  using desk = openDesk();
  const { learnersCopy, resetCopy, undoReset } = await copyAt(desk);
  const { dir } = learnersCopy(step);
  const outside = join(desk.work, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "client-options.js"), "outside");
  rmSync(join(dir, "public"), { recursive: true });
  symlinkSync(outside, join(dir, "public"));
  symlinkSync(join(outside, "client-options.js"), join(dir, "extra.js"));
  symlinkSync("..", join(dir, "up"));

  await resetCopy(step, ["public/client-options.js"]);
  const afterFile = lstatSync(join(dir, "public")).isDirectory();
  await resetCopy(step);
  const afterAll = readdirSync(dir).sort();
  await undoReset(step);

  expect(afterFile).toBe(true);
  expect(afterAll).toEqual(["ecosystem.config.cjs", "forty-clients.ts", "public", "server.ts"]);
  expect(lstatSync(join(dir, "up")).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(outside, "client-options.js"), "utf8")).toBe("outside");
});

test("a folder where a file should be, and a file where a folder should, are put right", async () => {
  using desk = openDesk();
  const { learnersCopy, resetCopy, undoReset } = await copyAt(desk);
  const { dir } = learnersCopy(step);
  rmSync(join(dir, "server.ts"));
  write(desk, "server.ts/inner.txt", "inside");
  rmSync(join(dir, "public"), { recursive: true });
  write(desk, "public", "a file");
  const before = contentOf(dir);

  await resetCopy(step);
  const after = contentOf(dir);
  await undoReset(step);

  expect(after).toEqual(starterContent());
  expect(contentOf(dir)).toEqual(before);
});

test("a file that may not be read is moved to the backup", async ({ skip }) => {
  skip(process.getuid?.() === 0 || process.platform === "win32", "It can be read all the same.");
  using desk = openDesk();
  const { learnersCopy, resetCopy } = await copyAt(desk);
  const { dir } = learnersCopy(step);
  writeFileSync(join(dir, "secret.log"), "", { mode: 0o000 });
  rmSync(join(dir, "server.ts"));
  writeFileSync(join(dir, "server.ts"), "mine", { mode: 0o000 });

  const { backup = "" } = await resetCopy(step);

  expect(contentOf(dir)).toEqual(starterContent());
  expect(filesIn(backup)).toEqual([...STARTER, "secret.log"].sort());
});

test("wherever a reset is cut short, nothing is lost, and undoing it brings everything back", async () => {
  const cuts = [];
  for (let cut = 0; ; cut += 1) {
    using desk = openDesk();
    const mine = { "server.ts": "mine", "extra.ts": "an extra", "public/more.js": "more" };
    const { resetCopy, learnersCopy } = await copyAt(desk);
    learnersCopy(step);
    for (const [file, text] of Object.entries(mine)) write(desk, file, text);
    const before = contentOf(copyOf(desk));

    const isCut = await failingAfter(cut, desk, async () => {
      const broken = await copyAt(desk);
      await broken.resetCopy(step);
    });
    if (!isCut) {
      expect(contentOf(copyOf(desk))).toEqual(starterContent());
      break;
    }

    expect(everything(desk)).toEqual(expect.arrayContaining(Object.values(mine)));
    const { undoReset } = await copyAt(desk);
    await undoReset(step);
    expect(contentOf(copyOf(desk))).toEqual(before);
    // And the reset still does what it should.
    await resetCopy(step);
    expect(contentOf(copyOf(desk))).toEqual(starterContent());
    cuts.push(cut);
  }
  // Two extras are moved out, one file is moved in.
  expect(cuts.length).toBeGreaterThanOrEqual(3);
});

describeUsage([
  [
    ["reset", "4", "nosuch.ts"],
    `Step 4 has no file nosuch.ts: its files are ${STARTER.join(", ")}.`,
  ],
  [["reset", "4", "../../package.json"], "Step 4 has no file ../../package.json: "],
  [["reset", "4", "--undo"], "Nothing of step 4 was reset: there is nothing to undo."],
  [["reset", "4", "server.ts", "--undo"], "--undo brings back all that the latest reset"],
]);

test("npm run reset says what it did, and where the backup is; --undo brings it back", async () => {
  using desk = openDesk();
  const { learnersCopy } = await copyAt(desk);
  const { dir } = learnersCopy(step);
  write(desk, "server.ts", "mine");
  write(desk, "extra.ts", "an extra");

  const reset = await runCli(["reset", "4"], desk);
  const undo = await runCli(["reset", "4", "--undo"], desk);

  const [, backup = ""] = /^What was there before: (.+)$/m.exec(reset.output) ?? [];
  expect(reset.output).toContain("Reset: server.ts in ");
  expect(reset.output).toContain("Moved to the backup: extra.ts");
  expect(readFileSync(join(backup, "server.ts"), "utf8")).toBe("mine");
  expect(reset.output).toContain("To undo this: npm run reset 4 -- --undo");
  expect(undo.output).toContain("Brought back: ");
  expect(readFileSync(join(dir, "extra.ts"), "utf8")).toBe("an extra");
  expect([reset.code, undo.code]).toEqual([0, 0]);
});

function describeUsage(cases: [words: string[], line: string][]): void {
  test.each(cases)("npm run %j is answered with one line and exit code 2", async (words, line) => {
    using desk = openDesk();
    write(desk, "server.ts", "mine");

    const { code, output } = await runCli(words, desk);

    expect(output).toContain(line);
    expect(output.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
    expect(filesIn(copyOf(desk))).toEqual(["server.ts"]);
  });
}

/**
 * Does something in whose course the move after so many throws. Whether it came to that is the
 * answer.
 */
async function failingAfter(moves: number, desk: Desk, act: () => Promise<void>): Promise<boolean> {
  const real = await vi.importActual<typeof import("./move.ts")>("./move.ts");
  let done = 0;
  vi.doMock("./move.ts", () => ({
    ...real,
    async move(from: string, to: string) {
      if (done === moves) throw new Error("cut short");
      done += 1;
      await real.move(from, to);
    },
  }));
  try {
    await act();
    return false;
  } catch (error) {
    if (error instanceof Error && error.message === "cut short") return true;
    throw error;
  } finally {
    vi.doUnmock("./move.ts");
  }
}

function copyAt(desk: Desk) {
  return loadAt(desk, () => import("./copy.ts"));
}

function copyOf(desk: Desk): string {
  return join(desk.work, step.slug);
}

function write(desk: Desk, name: string, text: string): void {
  const file = join(copyOf(desk), name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function filesIn(folder: string): string[] {
  return Object.keys(contentOf(folder)).sort();
}

/** Every file in a folder, with its text. */
function contentOf(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => {
        const path = join(parentPath, name);
        const file = path.slice(folder.length + 1).replaceAll("\\", "/");
        return [file, readable(path)];
      }),
  );
}

function readable(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "(not readable)";
  }
}

function starterContent(): Record<string, string> {
  const content = contentOf(folderOf(step, "starter"));
  return Object.fromEntries(Object.entries(content).filter(([file]) => STARTER.includes(file)));
}

/** The texts of all files in the copy and in the backups. */
function everything(desk: Desk): string[] {
  const folders = [desk.work, join(desk.env.WORKSHOP_NOTES ?? "", "backups")];
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((it) => Object.values(contentOf(it)));
}
