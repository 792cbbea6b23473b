import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { steps } from "./catalog.ts";
import { LearnersApp } from "./learners-app.ts";
import { freePort } from "./stage/ports.ts";
import { processesOf } from "./stage/processes.mjs";
import { openRun, type Run } from "./stage/run.ts";
import { eventually } from "./stage/until.ts";
import { makeFolder, type Folder } from "./testing/folder.ts";
import { ask } from "./testing/traced-server.ts";

const [first] = steps;
if (!first) throw new Error("The catalogue is empty.");
const step = first;

/** Notes in a file beside it that it was started. */
const SERVER = `
  import { appendFileSync } from "node:fs";
  import { createServer } from "node:http";
  appendFileSync("starts", "started\\n");
  createServer((request, response) => response.end("hello")).listen(Number(process.env.PORT));
`;

let run: Run;
let folder: Folder;

beforeEach(async () => {
  run = await openRun();
  folder = makeFolder({ "server.ts": SERVER });
});

afterEach(async () => {
  await run[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function openApp(): Promise<LearnersApp> {
  return new LearnersApp({
    step,
    dir: folder.path,
    run,
    port: await freePort(),
    pm2s: [],
    redis: undefined,
    tell: {
      said: () => {},
      workers: () => {},
      traced: () => {},
      printed: () => {},
      changed: () => {},
    },
    onUrl: () => {},
  });
}

/** How often it was started. */
function starts(): number {
  const file = join(folder.path, "starts");
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
}

test("a stop knows of a restart that is still ending the app before it", async () => {
  await using app = await openApp();
  await app.restart();

  const restarting = app.restart();
  await app.stop();
  await restarting;

  expect(app.isUp).toBe(false);
  // What its loader has started ends a moment after it.
  expect(await eventually(() => processesOf(run.folder), isEmpty, 5_000)).toEqual([]);
});

function isEmpty({ length }: readonly unknown[]): boolean {
  return length === 0;
}

test("of two restarts the second starts the app, once", async () => {
  await using app = await openApp();

  await Promise.all([app.restart(), app.restart()]);

  expect(starts()).toBe(1);
  expect(await ask(app.url)).toMatchObject({ status: 200, body: "hello" });
});

test("a restart that is abandoned before it has begun leaves the app as it is", async () => {
  await using app = await openApp();
  await app.restart();

  const restarting = app.restart();
  app.abandon();
  await restarting;

  expect(starts()).toBe(1);
  expect(await ask(app.url)).toMatchObject({ status: 200 });
});

test("what went wrong in one restart does not keep the next from starting", async () => {
  await using app = await openApp();
  folder.write("server.ts", "const x = ;");
  await app.restart();
  folder.write("server.ts", SERVER);

  await app.restart();

  expect(app.isUp).toBe(true);
});
