import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { chromium } from "./chromium.ts";
import { lookAt } from "./leftovers.ts";
import { machine } from "./machine.ts";
import { isAtLeast } from "./node.ts";
import { findProgram, redis, versionIn } from "./program.ts";
import type { System } from "./system.ts";

const system: System = {
  platform: "linux",
  distro: { id: "debian", like: [], name: "Debian 12" },
  kernel: "6.1",
  isRoot: false,
  isTerminal: false,
};

afterEach(() => vi.unstubAllEnvs());

describe("Node", () => {
  test.each([
    ["20.19.0", true],
    ["20.18.9", false],
    ["22.3.0", true],
    ["18.20.4", false],
    ["20.20.2", true],
  ])("%s is new enough for 20.19: %s", (version, enough) => {
    expect(isAtLeast(version, "20.19")).toBe(enough);
  });
});

describe("Chromium", () => {
  test("that CHROMIUM_PATH names in vain is mended there, not by installing one", async () => {
    vi.stubEnv("CHROMIUM_PATH", "/no/such/chromium");

    expect(await chromium.look(system)).toMatchObject({
      state: "lack",
      detail: expect.stringContaining("/no/such/chromium"),
      mends: [{ text: "correct or unset CHROMIUM_PATH" }],
    });
  });

  test("that does not run says why", async () => {
    const path = script("echo 'error while loading shared libraries: libnss3.so' >&2; exit 127");
    vi.stubEnv("CHROMIUM_PATH", path);

    expect(await chromium.look(system)).toMatchObject({
      state: "lack",
      detail: `${path} is there but does not run: error while loading shared libraries: libnss3.so`,
    });
  });

  test("that runs shows its version and path", async () => {
    const path = script("echo 'line 9: [: warning' >&2; echo 'Chromium 156.0.1 built on Debian'");
    vi.stubEnv("CHROMIUM_PATH", path);

    expect(await chromium.look(system)).toEqual({
      state: "ok",
      detail: `Chromium 156.0.1\n${path}`,
    });
  });
});

describe("Redis", () => {
  test("that is not on the PATH is a lack with a command", async () => {
    vi.stubEnv("PATH", "/no/such/folder");

    expect(await redis.look(system)).toMatchObject({
      state: "lack",
      detail: "not found; used from step 5 on",
      mends: [{ text: "sudo apt-get install -y redis-server" }],
    });
  });
});

describe("a program", () => {
  test("is found outside the PATH where it is usually installed", () => {
    const path = script("true");
    vi.stubEnv("PATH", "/no/such/folder");

    expect(findProgram(["program"])).toBeUndefined();
    expect(findProgram(["program"], [join(path, "..")])).toBe(path);
  });

  test.each([
    ["Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0", "7.0.15"],
    ["nginx version: nginx/1.22.1", "1.22.1"],
    ["", "version unknown"],
  ])("says its version as %j", (text, version) => {
    expect(versionIn(text)).toBe(version);
  });
});

describe("the system", () => {
  test("is WSL2 for people on Windows", async () => {
    expect(await machine.look({ ...system, platform: "win32", distro: undefined })).toMatchObject({
      state: "note",
      detail: expect.stringContaining("WSL2"),
    });
  });
});

describe("leftovers", () => {
  test("are none while sessions run", () => {
    expect(lookAt({ folders: [], inFolders: [], orphans: [], alive: 5 })).toEqual({
      state: "ok",
      detail: "none; 5 processes of running sessions",
    });
  });

  test("of dead runs are cleared by --fix", () => {
    expect(lookAt({ folders: ["/tmp/bh-a"], inFolders: [7, 8], orphans: [], alive: 2 })).toEqual({
      state: "note",
      detail: "1 run left behind, with pids 7, 8",
      mends: [{ text: "npm run doctor -- --fix", asks: false }],
    });
  });

  test("without a folder are ended by hand", () => {
    expect(lookAt({ folders: [], inFolders: [], orphans: [7, 8], alive: 2 })).toMatchObject({
      mends: [{ text: "kill -9 7 8" }],
    });
  });
});

/** An executable shell script. */
function script(body: string): string {
  const folder = mkdtempSync(join(tmpdir(), "doctor-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "program");
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}
