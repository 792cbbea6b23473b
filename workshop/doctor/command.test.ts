import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { until } from "../stage/until.ts";
import { makeFolder } from "../testing/folder.ts";
import { ended } from "../testing/processes.ts";
import { lastLines, runCommand } from "./command.ts";

/** Starts an endless child, writes its pid to the file that it is given, and never ends. */
const PARENT = `
  const endless = "setInterval(() => {}, 1000)";
  const { pid } = require("node:child_process").spawn(process.execPath, ["-e", endless]);
  require("node:fs").writeFileSync(process.argv[1], String(pid));
  eval(endless);`;

const node = (script: string, ...words: string[]) => [process.execPath, "-e", script, ...words];

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
    using folder = makeFolder();
    const pidFile = join(folder.path, "pid");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());

    const running = runCommand(node(PARENT, pidFile), { within: 60_000 });
    const grandchild = await pidIn(pidFile);
    vi.advanceTimersByTime(60_000);

    expect(await running).toMatchObject({ ok: false, how: "no end after 60 s" });
    await ended([grandchild]);
  });
});

test("the last lines of an output leave out stack frames, colours and empty lines", () => {
  const output = "10 %\r20 %\n\n\u001b[31mError: no network\u001b[39m\n    at connect (net.js:1)\n";

  expect(lastLines(output, 2)).toEqual(["20 %", "Error: no network"]);
});

/** Waits until a pid stands in the file; the limit of the command does not tick meanwhile. */
function pidIn(file: string): Promise<number> {
  return until(
    () => Number(readFileSync(file, "utf8")),
    (pid) => pid > 0,
    { within: 15_000, otherwise: () => new Error(`No pid in ${file}.`) },
  );
}
