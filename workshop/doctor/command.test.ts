import { describe, expect, test } from "vitest";
import { isAlive } from "../stage/processes.mjs";
import { until } from "../stage/until.ts";
import { lastLines, runCommand } from "./command.ts";

const node = (script: string) => [process.execPath, "-e", script];

describe("a command", () => {
  test("gives what it wrote on both streams", async () => {
    const end = await runCommand(node("console.log('out'); console.error('err')"), {
      within: 10_000,
    });

    expect(end).toMatchObject({ ok: true, output: expect.stringMatching(/out/) });
    expect(end.output).toContain("err");
  });

  test("that fails says its exit code", async () => {
    const end = await runCommand(node("process.exit(7)"), { within: 10_000 });

    expect(end).toMatchObject({ ok: false, how: "exit code 7" });
  });

  test("that is not there is no error of ours", async () => {
    const end = await runCommand(["no-such-program-anywhere"], { within: 10_000 });

    expect(end).toMatchObject({ ok: false, how: "not found" });
  });

  test("that takes too long is ended together with what it has started", async () => {
    const endless = "setInterval(() => {}, 1000)";
    const parent = `
      const child = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(endless)}]);
      console.log(child.pid);
      ${endless}`;

    const end = await runCommand(node(parent), { within: 1_500 });

    expect(end).toMatchObject({ ok: false, how: "no end after 2 s" });
    const grandchild = Number(end.output.trim());
    expect(grandchild).toBeGreaterThan(1);
    await until(
      () => isAlive(grandchild),
      (alive) => !alive,
      { within: 5_000, otherwise: () => new Error(`The grandchild ${grandchild} still runs.`) },
    );
  });
});

test("the last lines of an output leave out stack frames, colours and empty lines", () => {
  const output = "10 %\r20 %\n\n\u001b[31mError: no network\u001b[39m\n    at connect (net.js:1)\n";

  expect(lastLines(output, 2)).toEqual(["20 %", "Error: no network"]);
});
