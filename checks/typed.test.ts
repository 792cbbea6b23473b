import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { marked, type Token, type Tokens } from "marked";
import { expect } from "vitest";
import { folderInGit, root, steps, type Step } from "../workshop/catalog.ts";
import { ANY, isLike } from "../workshop/elision.ts";
import { startPlainApp } from "../workshop/stage/plain-app.ts";
import { freePort } from "../workshop/stage/ports.ts";
import { openRun } from "../workshop/stage/run.ts";
import type { Arena } from "./support/arena.ts";
import { BUSY_TIMEOUT, test } from "./support/arena-test.ts";

/** What a README has typed into a second terminal that can be typed by a program, too. */
const TYPED = /^(curl -s|node --input-type|for i in|npx tsx work\S+forty-clients)/m;
/** Where READMEs say that something is. */
const APP = "http://localhost:3000";
const OTHER_PORT = "4567";
/** As many as the steps have. */
const WORKERS = 4;
/** As the check of step 3 has it, which counts the same clients. */
const AT_MOST_OF_40 = 4;

const hasCurl = spawnSync("curl", ["--version"]).status === 0;

/** Blocks of a README, and the step whose solution they are typed at. */
interface Session {
  readme: Step;
  on: Step;
  blocks: readonly Block[];
}

interface Block {
  text: string;
  /** What the README shows below it, if anything. */
  shown: string | undefined;
}

// Before anything is written, a step is what the step before has left.
const sessions: Session[] = [
  { readme: stepOf(1), on: stepOf(1), blocks: typedIn(1) },
  { readme: stepOf(3), on: stepOf(3), blocks: typedIn(3) },
  { readme: stepOf(4), on: stepOf(3), blocks: typedIn(4).slice(0, 1) },
  { readme: stepOf(4), on: stepOf(4), blocks: typedIn(4).slice(1) },
  { readme: stepOf(6), on: stepOf(6), blocks: typedIn(6) },
  { readme: stepOf(7), on: stepOf(6), blocks: typedIn(7) },
];

test.skipIf(!hasCurl).for(sessions)(
  "what the README of step $readme.number has typed at the app of step $on.number gives what it shows",
  { timeout: BUSY_TIMEOUT },
  async ({ readme, on, blocks }, { arena }) => {
    expect(blocks.length).toBeGreaterThan(0);
    const port = await freePort();
    const script = blocks
      .map(({ text }) => text)
      .join("\n")
      .replaceAll(OTHER_PORT, String(port))
      .replaceAll(`work/${readme.slug}`, `solutions/${readme.slug}`);

    const { stdout } = await withApp(on, arena, (url) =>
      promisify(execFile)("bash", ["-euc", script.replaceAll(APP, url)], {
        cwd: root,
        timeout: BUSY_TIMEOUT,
      }),
    );

    const seen = stdout.split("\n");
    const unseen = blocks
      .flatMap(({ shown = "" }) => shown.split("\n"))
      .filter((line) => line !== "" && !isOfTheTerminal(line))
      .filter((line) => !seen.some((one) => isLike(patternOf(line), one) || isAsFew(line, one)));
    expect(unseen, stdout).toEqual([]);
  },
);

/** Does something while the solution of a step runs, as its session would run it. */
async function withApp<T>(step: Step, arena: Arena, act: (url: string) => Promise<T>): Promise<T> {
  if (step.runs === "pm2") {
    await using redis = await arena.redis();
    await using playing = await arena.play(step, redis.url, WORKERS);
    return await act(playing.app.url);
  }
  await using run = await openRun();
  const dir = folderInGit(step, "solution");
  await using app = await startPlainApp({ run, dir, name: step.slug, port: await freePort() });
  return await act(app.url);
}

/** The lines of the live trace stand in the other terminal, and which clients fail how is chance. */
function isOfTheTerminal(line: string): boolean {
  return /^(worker|client) \d/.test(line);
}

/** Whether both count clients that connect, where the README has none and chance lets hardly any through. */
function isAsFew(shown: string, seen: string): boolean {
  const connected = Number(/^(\d+) of 40 connected/.exec(seen)?.[1] ?? Infinity);
  return shown.startsWith("0 of 40 connected") && connected <= AT_MOST_OF_40;
}

/**
 * What a line must begin with: ids are others each time, what ends without a line's end is followed by
 * the next, and where the README has one TODO written, the solution has all.
 */
function patternOf(line: string): string {
  return `${line.replace(/[\w-]{20}/g, ANY)}${ANY}`;
}

/** The blocks of a README that can be typed, each with what stands right below it. */
function typedIn(number: number): Block[] {
  const file = join(folderInGit(stepOf(number), "starter"), "README.md");
  const tokens = marked.lexer(readFileSync(file, "utf8")).filter(({ type }) => type !== "space");
  return tokens.flatMap((token, at): Block[] => {
    if (!isCode(token, "sh") || !TYPED.test(token.text)) return [];
    const next = tokens[at + 1];
    const typed = token.text.split("\n").filter((line) => !line.startsWith("npm run "));
    const shown = next && isCode(next, "") ? next.text : undefined;
    return [{ text: typed.join("\n"), shown }];
  });
}

function isCode(token: Token, lang: string): token is Tokens.Code {
  return token.type === "code" && (token.lang ?? "") === lang;
}

function stepOf(number: number): Step {
  const step = steps.find((one) => one.number === number);
  if (!step) throw new Error(`There is no step ${number}.`);
  return step;
}
