import { test as base, describe, expect } from "vitest";
import { NotYet, type Finding } from "../problems.ts";
import { makeFolder } from "../testing/folder.ts";
import type { App } from "./app.ts";
import { startManagedApp } from "./managed-app.ts";
import { startPlainApp } from "./plain-app.ts";
import { startDaemon } from "./daemon.ts";
import { connectPm2, type Pm2 } from "./pm2.ts";
import { freePort } from "./ports.ts";
import { isAlive } from "./processes.mjs";
import { openRun, type Run } from "./run.ts";

/** A run with a pm2 daemon. One process talks to one daemon only, so the tests of a file share it. */
const test = base.extend<{ $file: { stage: { run: Run; pm2: Pm2 } } }>({
  stage: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the wanted fixtures off this pattern
    async ({}, use) => {
      await using run = await openRun();
      await using pm2 = await connectPm2(await startDaemon(run));
      await use({ run, pm2 });
    },
    { scope: "file" },
  ],
});

/** A server that listens where it should, with room for what goes wrong with it. */
const server = ({ before = "", port = "process.env.PORT", after = "" } = {}): string =>
  [
    'import { createServer } from "node:http";',
    before,
    "const http = createServer((request, response) => response.end(String(process.pid)));",
    `http.listen(${port}, () => process.send?.("ready"));`,
    after,
  ].join("\n");

/** The learner's ecosystem file of such a server. */
const ecosystem = (options: object = {}): string =>
  `module.exports = ${JSON.stringify({
    apps: [
      {
        name: "chat",
        script: "server.ts",
        interpreter: "node",
        node_args: ["--import", "tsx", "--unhandled-rejections=strict"],
        ...options,
      },
    ],
  })};`;

const CLUSTER = { exec_mode: "cluster", instances: 2, wait_ready: true, listen_timeout: 3000 };
const FORK = { exec_mode: "fork", instances: 1, wait_ready: true, listen_timeout: 3000 };

let count = 0;

/** Starts `node server.ts` in a folder of its own. */
async function plain({ run }: { run: Run }, code: string): Promise<App & AsyncDisposable> {
  return withFolder({ "server.ts": code }, async (dir) =>
    startPlainApp({ run, dir, name: nextName(), port: await freePort() }),
  );
}

/** Starts the server under pm2 in a folder of its own. */
async function managed(
  { run, pm2 }: { run: Run; pm2: Pm2 },
  code: string,
  options: object,
): Promise<App> {
  return withFolder(
    { "server.ts": code, "ecosystem.config.cjs": ecosystem(options) },
    async (dir) => startManagedApp({ run, pm2, dir, name: nextName(), port: await freePort() }),
  );
}

const nextName = () => `app-${(count += 1)}`;

/** An app whose folder goes with it. */
async function withFolder(
  files: Record<string, string>,
  start: (dir: string) => Promise<App>,
): Promise<App> {
  const folder = makeFolder(files);
  try {
    const app = await start(folder.path);
    return {
      ...app,
      async [Symbol.asyncDispose]() {
        await app[Symbol.asyncDispose]();
        folder[Symbol.dispose]();
      },
    };
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
}

/** Why an app does not come up. */
async function findingOf(starting: Promise<App>): Promise<Finding> {
  try {
    await using _ = await starting;
  } catch (error) {
    if (error instanceof NotYet) return error.finding;
    throw error;
  }
  throw new Error("The app came up.");
}

describe("a plain app", () => {
  test("is up when it listens, and gone when it is disposed", async ({ stage }) => {
    const app = await plain(stage, server());
    const pid = Number(await (await fetch(app.url)).text());
    const workers = await app.workers();

    await app[Symbol.asyncDispose]();

    expect(workers).toMatchObject([{ pid, state: "online", mode: "fork", restarts: 0 }]);
    expect(isAlive(pid)).toBe(false);
  });

  test("that throws before it listens is told with its line", async ({ stage }) => {
    const code = server({ before: 'throw new Error("out of luck");' });

    const finding = await findingOf(plain(stage, code));

    expect(finding).toMatchObject({ seen: "Error: out of luck (server.ts:2)", blocks: true });
  });

  test("that listens elsewhere is told where", async ({ stage }) => {
    const port = await freePort();

    const finding = await findingOf(plain(stage, server({ port: String(port) })));

    expect(finding.seen).toBe(`that it listens on ${port}`);
  });

  test("that ends without a word is told with its exit code", async ({ stage }) => {
    const finding = await findingOf(plain(stage, server({ before: "process.exit(3);" })));

    expect(finding.seen).toMatch(/exit code 3/);
  });

  test("without its file is told so", async ({ stage }) => {
    const finding = await findingOf(
      withFolder({}, async (dir) =>
        startPlainApp({ run: stage.run, dir, name: nextName(), port: await freePort() }),
      ),
    );

    expect(finding).toMatchObject({ expected: "a file server.ts", seen: "no such file" });
  });
});

describe("an app under pm2", () => {
  test("is up when each of its workers listens, and gone when it is disposed", async ({
    stage,
  }) => {
    const app = await managed(stage, server(), CLUSTER);
    const workers = await app.workers();

    await app[Symbol.asyncDispose]();

    expect(workers).toMatchObject([
      { instance: 0, state: "online", mode: "cluster", waitsForReady: true },
      { instance: 1, state: "online", mode: "cluster", waitsForReady: true },
    ]);
    expect(workers.map(({ pid }) => isAlive(pid))).toEqual([false, false]);
    expect(await stage.pm2.workers(app.name)).toEqual([]);
  });

  test.for([
    ["a cluster", CLUSTER],
    ["one process", FORK],
  ] as const)(
    "as %s that throws before it listens is told with its line",
    async ([, options], { stage }) => {
      const code = server({ before: 'throw new Error("out of luck");' });

      const finding = await findingOf(managed(stage, code, options));

      expect(finding).toMatchObject({ seen: "Error: out of luck (server.ts:2)", blocks: true });
    },
  );

  test("that listens elsewhere is told where", async ({ stage }) => {
    const port = await freePort();

    const finding = await findingOf(managed(stage, server({ port: String(port) }), CLUSTER));

    expect(finding.seen).toBe(`that it listens on ${port}`);
  });
});
