import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { startIdler } from "../testing/processes.ts";
import { makeFolder } from "../testing/folder.ts";
import { beginReport, isBeingWritten, readReport, writeReport, type Report } from "./report.ts";

const report = (): Report =>
  beginReport({
    machine: { system: "s", cpu: "c", cores: 2, memory: 1, versions: {} },
    commit: { hash: "abc", changed: 0 },
    wish: { steps: [3], ablation: false, full: false, repeat: 1, load: false },
    lanes: 1,
  });

describe("a report", () => {
  test("is read as it was written, and nothing else stays beside it", () => {
    using folder = makeFolder();
    const file = join(folder.path, "verify", "report.json");
    const written = report();
    written.cells.push({ step: 3, kind: "wrong", name: "wrong-a", fingerprint: "f", runs: [] });
    writeReport(written, file);

    expect(readReport(file)).toEqual(written);
    expect(readdirSync(dirname(file))).toEqual(["report.json"]);
  });

  test.each([
    ["is not there", undefined],
    ["is half of one", '{"version":1,'],
    ["is of another shape", '{"version":99,"cells":[]}'],
  ])("that %s is none", (_, text) => {
    using folder = makeFolder(text === undefined ? {} : { "report.json": text });

    expect(readReport(join(folder.path, "report.json"))).toBeUndefined();
  });

  test("of this process is not being written by another", () => {
    expect(isBeingWritten(report())).toBe(false);
  });

  test("of a process that has ended is not being written any more", async () => {
    const idler = await startIdler();
    await idler[Symbol.asyncDispose]();

    expect(isBeingWritten({ ...report(), pid: idler.pid })).toBe(false);
  });

  test("is not being written when its pid is somebody else's by now", async () => {
    await using idler = await startIdler();

    expect(isBeingWritten({ ...report(), pid: idler.pid })).toBe(false);
  });
});
