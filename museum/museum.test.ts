import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { root } from "../workshop/catalog.ts";
import { MachineProblem } from "../workshop/problems.ts";
import { cleanEnvironment } from "../workshop/stage/environment.ts";
import { openRun, RUNS, shortTmp } from "../workshop/stage/run.ts";
import { openDesk } from "../workshop/testing/cli.ts";
import { noPty, openPty } from "../workshop/testing/pty.ts";
import { processesOf } from "../workshop/stage/processes.mjs";
import { EXHIBIT, installPackages } from "./packages.ts";

const MUSEUM = ["--import", "tsx", join(root, "museum", "museum.ts")];
/** All acts take half a minute on an idle machine, in ms. */
const WHOLE = 300_000;

/** Why the packages of 2014 cannot be had here; undefined where they are. */
const missing = await install();

describe.skipIf(missing)(`the museum${missing ? ` (skipped: ${missing})` : ""}`, () => {
  test("plays all eight acts without a terminal, and ends", { timeout: WHOLE }, async () => {
    using desk = openDesk();

    const output = await perform([], desk.env);

    expect([...output.matchAll(/Act (\d) ·/g)].map(([, act]) => Number(act))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8,
    ]);
    expect(actOf(output, 1)).toMatch(/No forever processes running/);
    expect(actOf(output, 2).match(/│ cluster /g)?.length).toBeGreaterThanOrEqual(2);
    expect(actOf(output, 3)).toMatch(/error: client not handshaken/);
    expect(warnings(actOf(output, 4))).toBeGreaterThan(0);
    expect(actOf(output, 5)).toMatch(/PONG/);
    expect(actOf(output, 6)).toMatch(/handshake/);
    expect(actOf(output, 7)).toMatch(/(\d+) of \1 pages are connected/);
    expect(warnings(actOf(output, 7))).toBe(0);
    expect(actOf(output, 8)).toMatch(/RedisStore/);
  });

  test("plays one act alone", { timeout: WHOLE }, async () => {
    using desk = openDesk();

    const output = await perform(["--act", "4"], desk.env);

    expect(output.match(/Act \d/g)).toEqual(["Act 4"]);
    expect(warnings(actOf(output, 4))).toBeGreaterThan(0);
  });

  describe.skipIf(noPty)("in a terminal", () => {
    test(
      "waits for Enter, is out of reach for others, and leaves nothing after Ctrl-C",
      { timeout: WHOLE },
      async () => {
        using desk = openDesk();
        await using visitor = openPty(process.execPath, [...MUSEUM, "--act", "2"], {
          columns: 120,
          rows: 60,
          env: desk.env,
        });
        const screen = await visitor.shows(/Enter: the end/);
        const port = Number(/127\.0\.0\.1:(\d+) now/.exec(screen)?.[1]);

        expect(await canConnect("127.0.0.1", port)).toBe(true);
        for (const address of addresses()) expect(await canConnect(address, port)).toBe(false);

        const folder = runOf(visitor.pid);
        expect(processesOf(folder).length).toBeGreaterThan(2);
        visitor.type("\x03");
        expect(await visitor.ended).toBe(130);
        expect(processesOf(folder)).toEqual([]);
        expect(existsSync(folder)).toBe(false);
      },
    );
  });
});

test("an act that does not exist is refused in one line", async () => {
  const failure = await perform(["--act", "9"], {}).catch((error: unknown) => error);

  expect(failure).toMatchObject({
    code: 2,
    stderr: "There is no act 9: the acts are 1 to 8. Example: npm run museum -- --act 3\n",
  });
});

test("the workshop's own packages are none of 2014", () => {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));

  expect(packages["node_modules/forever"]).toBeUndefined();
  expect(packages["node_modules/express"].version).toMatch(/^5\./);
  expect(packages["node_modules/socket.io"].version).toMatch(/^4\./);
});

test("the lock file names no registry", () => {
  expect(readFileSync(join(EXHIBIT, "package-lock.json"), "utf8")).not.toContain('"resolved"');
});

async function install(): Promise<string | undefined> {
  await using run = await openRun();
  try {
    await installPackages(run);
    return undefined;
  } catch (error) {
    if (error instanceof MachineProblem) return error.message.split("\n").join(" ");
    throw error;
  }
}

async function perform(words: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...MUSEUM, ...words], {
    cwd: root,
    env: { ...cleanEnvironment(), NO_COLOR: "1", ...env },
  });
  return stdout;
}

/** What one act has printed. */
function actOf(output: string, act: number): string {
  return output.split(/(?=Act \d ·)/).find((part) => part.startsWith(`Act ${act}`)) ?? "";
}

/** What was counted last after `grep -c`. */
function warnings(act: string): number {
  return Number([...act.matchAll(/grep -c "client not handshaken[^"]*"\s+(\d+)/g)].at(-1)?.[1]);
}

/** The folder of the run that a process has opened. */
function runOf(pid: number): string {
  const folders = readdirSync(shortTmp())
    .map((name) => join(shortTmp(), name))
    .filter((folder) => folder.startsWith(RUNS));
  const own = folders.find((folder) => {
    const owner = join(folder, "owner.json");
    return existsSync(owner) && JSON.parse(readFileSync(owner, "utf8")).pid === pid;
  });
  if (own === undefined) throw new Error(`Process ${pid} has no run.`);
  return own;
}

/** The addresses at which others find this machine. */
function addresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, family }) => !internal && family === "IPv4")
    .map(({ address }) => address);
}

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once("connect", () => {
      resolve(true);
      socket.destroy();
    });
    socket.once("error", () => resolve(false));
  });
}
