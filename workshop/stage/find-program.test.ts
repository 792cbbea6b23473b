import { chmodSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { makeFolder } from "../testing/folder.ts";
import { findProgram } from "./find-program.ts";

afterEach(() => vi.unstubAllEnvs());

describe("a program", () => {
  test("is found on the PATH", () => {
    using folder = makeFolder();
    const path = executable(folder.write("program", ""));
    vi.stubEnv("PATH", folder.path);

    expect(findProgram(["no-such-program", "program"])).toBe(path);
  });

  test("is found outside the PATH where it is usually installed", () => {
    using folder = makeFolder();
    const path = executable(folder.write("program", ""));
    vi.stubEnv("PATH", "/no/such/folder");

    expect(findProgram(["program"])).toBeUndefined();
    expect(findProgram(["program"], [folder.path])).toBe(path);
  });

  test("is found by its path", () => {
    using folder = makeFolder();
    const path = executable(folder.write("program", ""));
    vi.stubEnv("PATH", "");

    expect(findProgram(["", "/no/such/program", path])).toBe(path);
  });

  test.skipIf(process.platform === "win32")("is no file that cannot be run, and no folder", () => {
    using folder = makeFolder({ "program/file": "" });
    const file = folder.write("file", "");

    expect(findProgram([file, "program"], [folder.path])).toBeUndefined();
  });
});

function executable(path: string): string {
  chmodSync(path, 0o755);
  return path;
}
