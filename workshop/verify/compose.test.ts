import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderOf, steps, type Step } from "../catalog.ts";
import { makeFolder } from "../testing/folder.ts";
import { compose } from "./compose.ts";

const step = steps[2] as Step;
const ECOSYSTEM = "ecosystem.config.cjs";
const solution = (file: string) => readFileSync(join(folderOf(step, "solution"), file), "utf8");

/** A patch that puts other lines in place of these, which stand somewhere in a file. */
const patch = (file: string, take: string[], put: string[]) =>
  [
    `--- a/${file}`,
    `+++ b/${file}`,
    `@@ -1,${take.length} +1,${put.length} @@`,
    ...take.map((line) => `-${line}`),
    ...put.map((line) => `+${line}`),
    "",
  ].join("\n");
const FORK = patch(
  ECOSYSTEM,
  ['      exec_mode: "cluster",', "      instances: 4,"],
  ["      instances: 1,"],
);

/** Composes an answer of step 3 that has these files. */
function composed(files: Record<string, string>, without: string[] = []) {
  using folder = makeFolder(files);
  return compose({ step, dir: folder.path, without });
}

describe("an answer is laid over the solution of its step", () => {
  test("whole files replace those of the solution, and the others stay", () => {
    using code = composed({ "files/findings.json": "{}", "files/lib/more.ts": "export {};" });

    expect(readFileSync(join(code.dir, "findings.json"), "utf8")).toBe("{}");
    expect(readFileSync(join(code.dir, "lib/more.ts"), "utf8")).toBe("export {};");
    expect(readFileSync(join(code.dir, "server.ts"), "utf8")).toBe(solution("server.ts"));
  });

  test("a patch changes lines of the solution's file, wherever they stand in it", () => {
    using code = composed({ "changes.patch": FORK });

    expect(readFileSync(join(code.dir, ECOSYSTEM), "utf8")).toBe(
      solution(ECOSYSTEM).replace(/ +exec_mode.*\n +instances: 4,/, "      instances: 1,"),
    );
  });

  test("files that it does without are not there", () => {
    using code = composed({}, ["findings.json"]);

    expect(existsSync(join(code.dir, "findings.json"))).toBe(false);
  });

  test("the folder is gone when it is disposed", () => {
    const code = composed({});
    code[Symbol.dispose]();

    expect(existsSync(join(code.dir, ".."))).toBe(false);
  });
});

describe("an answer that does not fit is refused with what does not", () => {
  test.each([
    [
      "lines that are not in the solution",
      patch("server.ts", ["const nowhere = 1;"], []),
      "changes.patch: it does not fit the solution's server.ts.",
    ],
    [
      "a file that the solution has not",
      patch("redis.ts", ["a"], ["b"]),
      "changes.patch: the solution has no redis.ts.",
    ],
    ["a text that is no patch", "instances: 1,\n", "changes.patch: it does not say what changes."],
    ["a hunk that is cut off", FORK.slice(0, FORK.indexOf("+   ")), "changes.patch: "],
  ])("%s", (_, text, message) => {
    expect(() => composed({ "changes.patch": text })).toThrow(message);
  });

  test("a file that is to be left out and is not there", () => {
    expect(() => composed({}, ["redis.ts"])).toThrow('"without": the solution has no redis.ts.');
  });
});
