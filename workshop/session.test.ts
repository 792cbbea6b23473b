import { once } from "node:events";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { folderOf, steps, type Step } from "./catalog.ts";
import { openDesk, runCli, startCli } from "./testing/cli.ts";

const [first, second, third] = steps;
if (!first || !second || !third) throw new Error("The catalogue lacks a step.");

/** A session with its checks takes 5 s on a quiet machine, and ten times as long on a busy one. */
vi.setConfig({ testTimeout: 180_000 });

test("the first time, a step is copied, and its copy is what is run and judged", async () => {
  using desk = openDesk();

  const { code, output } = await runCli(["step", "3"], desk);

  expect(output).toContain("Your copy is new");
  expect(output).toContain("App      http://localhost:");
  expect(output).toContain("✗ four workers share one port");
  expect(existsSync(join(desk.work, "03-cluster", "findings.json"))).toBe(true);
  expect(existsSync(join(desk.work, "03-cluster", "README.md"))).toBe(false);
  expect(code).toBe(1);
});

test("a pass is noted, says what comes next, and moves the next session on", async () => {
  using desk = openDesk();
  finish(first, desk.work);

  const passed = await runCli(["step"], desk);
  const next = await runCli(["step"], desk);

  expect(passed.output).toMatch(/^passed {2}(\d+) of \1 checks hold/m);
  expect(passed.output).toContain("Then: npm run step 2");
  expect(passed.code).toBe(0);
  expect(next.output).toContain("Step 2 · Keep it alive");
});

test("what a learner has written is never touched", async () => {
  using desk = openDesk();
  finish(third, desk.work);
  const mine = join(desk.work, third.slug, "findings.json");
  writeFileSync(mine, "mine");

  const { output } = await runCli(["step", "3"], desk);

  expect(output).toContain("a file that is no JSON");
  expect(output).not.toContain("Your copy is new");
  expect(readFileSync(mine, "utf8")).toBe("mine");
});

test("a second session in the clone names the first one's pid and stops", async () => {
  using desk = openDesk();
  const running = startCli(["solution", "1"], desk);
  if (!running.cli.stdout) throw new Error("It has no output.");
  await once(running.cli.stdout, "data");

  const late = await runCli(["step", "2"], desk);

  expect(late.output).toContain(`(step 1, pid ${running.cli.pid})`);
  expect(late.code).toBe(2);
  const { code, output } = await running.ended;
  expect(code, output).toBe(0);
});

test("npm run stop ends a session, and says so", async () => {
  using desk = openDesk();
  const running = startCli(["solution", "2"], desk);
  if (!running.cli.stdout) throw new Error("It has no output.");
  await once(running.cli.stdout, "data");

  const stop = await runCli(["stop"], desk);

  expect(stop.output).toContain(`Ended the session at step 2 (pid ${running.cli.pid}).`);
  expect((await running.ended).code).toBe(143);
});

test("what pm2 runs without a session lives on, until npm run stop", async () => {
  using desk = openDesk();
  const file = join(folderOf(second, "solution"), "ecosystem.config.cjs");

  const started = await runCli(["pm2", "start", file, "--no-color"], desk);
  const listed = await runCli(["pm2", "jlist"], desk);
  const stopped = await runCli(["stop"], desk);
  const again = await runCli(["stop"], desk);

  expect(started.code).toBe(0);
  expect(listed.output).toContain('"name":"chat"');
  expect(stopped.output).toMatch(
    /^Ended chat 0 \(pid \d+\)\.\nEnded the workshop's pm2 daemon\.$/m,
  );
  expect(again.output).toContain("Nothing of the workshop was running.");
});

/** Writes the solution where the learner's copy would be. */
function finish(step: Step, work: string): void {
  rmSync(join(work, step.slug), { recursive: true, force: true });
  cpSync(folderOf(step, "solution"), join(work, step.slug), { recursive: true });
}
