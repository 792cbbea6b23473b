import { expect, test } from "vitest";
import { openDesk, runCli } from "../testing/cli.ts";

test("a verdict on the learner's copy is an attempt, and the next hint is about it", async () => {
  using desk = openDesk();
  const check = await runCli(["check", "1"], desk);
  const hint = await runCli(["hint", "1"], desk);
  const progress = await runCli(["progress"], desk);

  const [, failed = "nothing"] = /^✗ (.+?) {2,}/m.exec(check.output) ?? [];
  expect(check.output).toMatch(/^Your copy is new: .*01-one-process\. Edit there/);
  expect(hint.output.split("\n")[1]).toBe(failed);
  expect(hint.output).not.toContain("has judged your code yet");
  expect(progress.output).toMatch(/^1 +One process +begun +1$/m);
}, 120_000);

test("a verdict on other code is nobody's progress", async () => {
  using desk = openDesk();

  await runCli(["check", "1", "--starter"], desk);
  const progress = await runCli(["progress"], desk);

  expect(progress.output).toMatch(/^1 +One process +–$/m);
}, 120_000);
