import { describe, expect, test } from "vitest";
import { makeFolder } from "../testing/folder.ts";
import { steps, type Step } from "../catalog.ts";
import { cellsOf } from "./cell.ts";
import { fingerprint, fingerprintOf } from "./fingerprint.ts";

describe("a fingerprint", () => {
  test("is the same as long as nothing changes", () => {
    using folder = makeFolder({ "a.ts": "1", "b/c.ts": "2" });

    expect(fingerprint([folder.path])).toBe(fingerprint([folder.path]));
  });

  test.each([
    ["a file changes", "a.ts", "2"],
    ["a file comes", "d.ts", ""],
    ["a file in a folder of it changes", "b/c.ts", "3"],
  ])("is another one when %s", (_, name, text) => {
    using folder = makeFolder({ "a.ts": "1", "b/c.ts": "2" });
    const before = fingerprint([folder.path]);
    folder.write(name, text);

    expect(fingerprint([folder.path])).not.toBe(before);
  });

  test("does not change with a test", () => {
    using folder = makeFolder({ "a.ts": "1" });
    const before = fingerprint([folder.path]);
    folder.write("a.test.ts", "1");

    expect(fingerprint([folder.path])).toBe(before);
  });

  test("of a single file changes with it", () => {
    using folder = makeFolder();
    const before = fingerprint([folder.write("a.ts", "1")]);

    expect(fingerprint([folder.write("a.ts", "2")])).not.toBe(before);
  });

  test("of cells differs from cell to cell only where their code does", () => {
    const [solution, starter] = cellsOf(steps[2] as Step);
    if (!solution || !starter) throw new Error("Each step has both.");

    expect(fingerprintOf(solution)).not.toBe(fingerprintOf(starter));
    expect(fingerprintOf(solution)).toBe(fingerprintOf({ ...solution }));
  });
});
