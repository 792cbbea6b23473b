import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { steps } from "./catalog.ts";
import { loadAt } from "./testing/at-desk.ts";
import { openDesk, type Desk } from "./testing/cli.ts";
import { runScript, type Script } from "./testing/script.ts";

const found = steps[3];
if (!found) throw new Error("The catalogue lacks a step.");
const step = found;

/** Each of them is moved for itself, so that a kill meets a reset in the middle. */
const EXTRAS = 300;
/** How many resets are killed, each of them when it has moved so many files more than the one before. */
const KILLS = 20;
const MORE = Math.floor(EXTRAS / (KILLS - 1));
/** How long a reset may take that far, in ms. */
const WITHIN = 10_000;
/** More processes at once would only wait for each other. */
const AT_ONCE = 4;

test(`of ${KILLS} resets that are killed at different moments, none loses anything`, async () => {
  for (let kill = 0; kill < KILLS; kill += AT_ONCE) {
    await using desks = await openDesks(AT_ONCE);
    for (const [at, desk] of desks.all.entries()) await killReset(desk, (kill + at) * MORE);
  }
}, 120_000);

/** A desk with a process at it that resets the copy when it is told to. */
interface Manned {
  desk: Desk;
  /** The texts that the learner has written. */
  mine: string[];
  script: Script;
}

async function openDesks(count: number): Promise<AsyncDisposable & { all: Manned[] }> {
  const all = Array.from({ length: count }, () => {
    const desk = openDesk();
    return { desk, mine: writeCopy(desk), script: startReset(desk) };
  });
  await Promise.all(all.map(({ script }) => script.hears((message) => message === "ready")));
  return {
    all,
    async [Symbol.asyncDispose]() {
      for (const { desk, script } of all) {
        await script[Symbol.asyncDispose]();
        desk[Symbol.dispose]();
      }
    },
  };
}

/** Kills a reset when it has moved so many files to its backup, and looks at what is left. */
async function killReset({ desk, mine, script }: Manned, moved: number): Promise<void> {
  const dir = join(desk.work, step.slug);
  const backups = join(desk.env.WORKSHOP_NOTES ?? "", "backups", step.slug);
  const { length: all } = readdirSync(dir);
  script.child.send("go");
  const late = performance.now() + WITHIN;
  // Without a pause: in the time of one, a reset has come to its end.
  while (!existsSync(backups) || readdirSync(dir).length > all - moved) {
    if (performance.now() > late) throw new Error(`No reset within ${WITHIN} ms.`);
  }
  await script.end("SIGKILL");

  expect(lost(mine, desk)).toEqual([]);
  const { resetCopy, undoReset } = await loadAt(desk, () => import("./copy.ts"));
  // There is nothing to undo where it was killed before it had a backup.
  await undoReset(step).catch(() => {});
  await resetCopy(step);
  expect(lost(mine, desk)).toEqual([]);
  expect(readdirSync(dir).sort()).toEqual([
    "ecosystem.config.cjs",
    "forty-clients.ts",
    "public",
    "server.ts",
  ]);
}

/** What is neither in the copy nor in a backup. */
function lost(mine: readonly string[], desk: Desk): string[] {
  const left = new Set(textsIn(desk));
  return mine.filter((text) => !left.has(text));
}

/** A learner's copy in which no file is the starter's. Gives the texts in it. */
function writeCopy(desk: Desk): string[] {
  const dir = join(desk.work, step.slug);
  mkdirSync(join(dir, "public"), { recursive: true });
  const names = [
    "ecosystem.config.cjs",
    "forty-clients.ts",
    "public/client-options.js",
    "server.ts",
  ];
  names.push(...Array.from({ length: EXTRAS }, (_, at) => `extra-${at}.ts`));
  for (const name of names) writeFileSync(join(dir, name), `mine: ${name}`);
  return names.map((name) => `mine: ${name}`);
}

function startReset(desk: Desk): Script {
  return runScript(
    `
      import { steps } from "./workshop/catalog.ts";
      import { resetCopy } from "./workshop/copy.ts";
      process.once("message", () => resetCopy(steps[${step.number - 1}]));
      process.send("ready");
    `,
    { imports: ["tsx"], env: desk.env },
  );
}

/** The texts of all files in the copies and in the backups. */
function textsIn(desk: Desk): string[] {
  return [desk.work, join(desk.env.WORKSHOP_NOTES ?? "", "backups")].flatMap((folder) =>
    !existsSync(folder)
      ? []
      : readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8")),
  );
}
