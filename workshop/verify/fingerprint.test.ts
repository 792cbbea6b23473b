import { readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { makeFolder } from "../testing/folder.ts";
import { root, steps, type Step } from "../catalog.ts";
import { cellsOf } from "./cell.ts";
import { fingerprint, fingerprintOf, SHARED } from "./fingerprint.ts";

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

  test("of a cell is of all that its checks, and what runs them, import", async () => {
    const checks = readdirSync(join(root, "checks"))
      .filter((name) => name.endsWith(".check.ts"))
      .map((name) => `checks/${name}`);
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: [...checks, "workshop/verify/lane.ts", "workshop/check/checker.ts"],
      bundle: true,
      packages: "external",
      platform: "node",
      format: "esm",
      target: "esnext",
      write: false,
      metafile: true,
      outdir: ".scratch",
    });

    const missing = Object.keys(metafile.inputs).filter(
      (file) =>
        !checks.includes(file) &&
        !SHARED.some((path) => file === path || file.startsWith(`${path}/`)),
    );

    expect(missing).toEqual([]);
  });
});
