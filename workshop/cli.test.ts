import { describe, expect, test } from "vitest";
import { steps } from "./catalog.ts";
import { runCli } from "./testing/cli.ts";

const known = `the steps are 1 to ${steps.length}. Example: npm run step 3`;

describe("what cannot be understood is answered with one line and exit code 2", () => {
  test.each([
    [["step", "99"], `There is no step 99: ${known}`],
    [["step", "three"], `There is no step three: ${known}`],
    [["check"], "missing required argument 'number'"],
    [["check", "0"], `There is no step 0: ${known}`],
    [["check", "1", "--loud"], "unknown option '--loud'"],
    [
      ["check", "1", "--starter", "--solution"],
      "Only one of --solution, --starter and --dir can be given.",
    ],
    [["check", "1", "--dir", "nowhere"], "There is no folder nowhere."],
    [["solution", "1", "2"], "too many arguments for 'solution'. Expected 1 argument but got 2."],
    [
      ["pm2", "--host", "b", "list"],
      "No session with several hosts is running: --host goes with step 9.",
    ],
    [["hint"], "missing required argument 'number'"],
    [["hint", "12"], `There is no step 12: ${known}`],
    [["diff", "1", "2"], "too many arguments for 'diff'. Expected 1 argument but got 2."],
    [["reset"], "missing required argument 'number'"],
    [["progress", "3"], "too many arguments for 'progress'. Expected 0 arguments but got 1."],
    [["dance"], "unknown command 'dance'"],
  ])("%j", async (words, line) => {
    const { code, output } = await runCli(words);

    expect(output.trim().split("\n")).toEqual([line]);
    expect(code).toBe(2);
  });
});

test.each([
  "step",
  "check",
  "solution",
  "hint",
  "diff",
  "reset",
  "progress",
  "slides",
  "stop",
  "doctor",
  "test",
  "verify",
  "bench-loop",
])("%s explains itself with --help", async (command) => {
  const { code, output } = await runCli([command, "--help"]);

  expect(output).toMatch(new RegExp(`^Usage: npm run ${command.replace("-", ":")} -- `));
  expect(code).toBe(0);
});

test("a solution runs through without a terminal, and shows who refused whose session", async () => {
  const { code, output } = await runCli(["solution", "3"]);

  const sids = [
    ...output.matchAll(/worker (\d) +\w+ +polling +sid (\S+) +400 +Session ID unknown/g),
  ];
  expect(sids.length).toBeGreaterThan(0);
  const [, refuser, sid] = sids[0] ?? [];
  expect(output).toMatch(
    new RegExp(`worker (?!${refuser})\\d +GET +polling +sid – +200 +opens ${sid}`),
  );
  expect(output).toMatch(/^passed {2}6 of 6 checks hold/m);
  expect(code).toBe(0);
});
