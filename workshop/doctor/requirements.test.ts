import { chmodSync } from "node:fs";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { makeFolder, type Folder } from "../testing/folder.ts";
import { isAtLeast } from "../version.ts";
import { chromium, comparePackages, machine, versionIn } from "./requirements.ts";
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

describe("packages", () => {
  test("are compared with package-lock.json", () => {
    using folder = cloneWith({ "node_modules/pm2": "7.0.4", "node_modules/express": "5.2.0" });

    expect(comparePackages(folder.path)).toEqual({
      expected: 3,
      missing: ["@socket.io/x"],
      differing: ["express"],
    });
  });

  test("are all missing without node_modules", () => {
    using folder = cloneWith({});

    expect(comparePackages(folder.path).missing).toHaveLength(3);
  });
});

describe("Chromium", () => {
  test("that CHROMIUM_PATH names in vain is fixed there, not by installing one", async () => {
    vi.stubEnv("CHROMIUM_PATH", "/no/such/chromium");

    expect(await chromium.inspect(system)).toMatchObject({
      state: "unmet",
      detail: expect.stringContaining("/no/such/chromium"),
      fixes: [{ text: "correct or unset CHROMIUM_PATH" }],
    });
  });

  test("that does not run says why", async () => {
    const path = script("echo 'error while loading shared libraries: libnss3.so' >&2; exit 127");
    vi.stubEnv("CHROMIUM_PATH", path);

    expect(await chromium.inspect(system)).toMatchObject({
      state: "unmet",
      detail: `${path} is there but does not run: error while loading shared libraries: libnss3.so`,
    });
  });

  test("that runs shows its version and path", async () => {
    const path = script("echo 'line 9: [: warning' >&2; echo 'Chromium 156.0.1 built on Debian'");
    vi.stubEnv("CHROMIUM_PATH", path);

    expect(await chromium.inspect(system)).toEqual({
      state: "ok",
      detail: `Chromium 156.0.1\n${path}`,
    });
  });
});

describe("a program", () => {
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
    expect(
      await machine.inspect({ ...system, platform: "win32", distro: undefined }),
    ).toMatchObject({
      state: "note",
      detail: expect.stringContaining("WSL2"),
    });
  });
});

/** A clone whose lock names three packages and one for another system. */
function cloneWith(installed: Record<string, string>): Folder {
  const locked = {
    "": { version: "0.1.0" },
    "node_modules/pm2": { version: "7.0.4" },
    "node_modules/express": { version: "5.3.0" },
    "node_modules/pm2/node_modules/@socket.io/x": { version: "1.0.0" },
    "node_modules/for-another-system": { version: "1.0.0", optional: true },
  };
  const folder = makeFolder({ "package-lock.json": JSON.stringify({ packages: locked }) });
  for (const [path, version] of Object.entries(installed)) {
    folder.write(`${path}/package.json`, JSON.stringify({ version }));
  }
  return folder;
}

/** The path of an executable shell script. */
function script(body: string): string {
  const folder = makeFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  const path = folder.write("program", `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}
