import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { root } from "../catalog.ts";
import { findRedisServer } from "../stage/find-redis.ts";
import { makeFolder, type Folder } from "../testing/folder.ts";

const PROGRAM = join(root, "workshop/doctor/build-redis.ts");

afterEach(() => vi.unstubAllEnvs());

/** What stands for `redis-memory-server` here: it compiles nothing and asks no network. */
const PACKAGE = {
  builds: `
    const { chmodSync, mkdirSync, writeFileSync } = require("node:fs");
    const { join } = require("node:path");
    exports.RedisBinary = {
      async getPath({ downloadDir, version }) {
        console.log("Downloading Redis " + version + ": 50 % (2mb / 4mb)");
        const path = join(downloadDir, version, "redis-server");
        mkdirSync(join(downloadDir, version));
        writeFileSync(path, "#!/bin/sh\\necho Redis server v=" + version);
        chmodSync(path, 0o755);
        return path;
      },
    };`,
  findsNoNetwork: `
    exports.RedisBinary = {
      async getPath() {
        throw new Error("getaddrinfo ENOTFOUND download.redis.io");
      },
    };`,
  doesNotCompile: `
    exports.RedisBinary = {
      async getPath() {
        throw new Error("Command failed: make\\nserver.c:1: error: no stdio.h\\nmake: *** [all] Error 2");
      },
    };`,
};

describe.skipIf(process.platform === "win32")("building Redis", () => {
  test("puts a server where the workshop finds it", async () => {
    using folder = machineWith(PACKAGE.builds);
    const place = join(folder.path, "redis", "redis-server");

    const { code, output } = await build(folder, place);

    expect(output).toMatch(/Redis 7\.4\.\d+ is in .*redis-server$/m);
    expect(code).toBe(0);
    vi.stubEnv("PATH", "/no/such/folder");
    vi.stubEnv("REDIS_SERVER_PATH", undefined);
    expect(findRedisServer({ folders: [], built: place })).toBe(place);
  });

  test.each([
    ["downloaded", PACKAGE.findsNoNetwork, "getaddrinfo ENOTFOUND download.redis.io"],
    ["compiled", PACKAGE.doesNotCompile, "server.c:1: error: no stdio.h"],
  ])("that cannot be %s says why in one line, and leaves nothing", async (_, code, reason) => {
    using folder = machineWith(code);
    const place = join(folder.path, "redis", "redis-server");

    const end = await build(folder, place);

    expect(end.output.trim().split("\n").at(-1)).toBe(`Redis 7.4.7 was not built: ${reason}`);
    expect(end).toMatchObject({ code: 3, left: [] });
    expect(existsSync(join(folder.path, "redis"))).toBe(false);
  });

  test("begins with a look for make and a compiler", async () => {
    using folder = machineWith(PACKAGE.builds);
    for (const tool of ["make", "cc"]) rmSync(join(folder.path, "bin", tool));

    const { code, output } = await build(folder, join(folder.path, "redis"), "/no/such/folder");

    expect(output).toBe("Building Redis takes make and a C compiler; missing here: make, cc.\n");
    expect(code).toBe(3);
  });
});

/** A folder whose `bin` has the tools, and an npm that brings this code as the package. */
function machineWith(code: string): Folder {
  const folder = makeFolder({ "package.js": code });
  const npm = `
    mkdir -p "$3/node_modules/redis-memory-server"
    cp "${join(folder.path, "package.js")}" "$3/node_modules/redis-memory-server/index.js"`;
  for (const [name, script] of Object.entries({ npm, make: "", cc: "" })) {
    chmodSync(folder.write(`bin/${name}`, `#!/bin/sh\n${script}\n`), 0o755);
  }
  return folder;
}

/** Runs the program to its end; `left` is what then lies in the folder for temporary files. */
async function build(folder: Folder, place: string, furtherPath = "/usr/bin:/bin") {
  const TMPDIR = mkdtempSync("/tmp/build-");
  try {
    const program = spawn(process.execPath, ["--import", "tsx", PROGRAM, place], {
      cwd: root,
      env: { PATH: `${join(folder.path, "bin")}:${furtherPath}`, TMPDIR },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [program.stdout, program.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    }
    const [code]: unknown[] = await once(program, "close");
    const left = readdirSync(TMPDIR).filter((name) => name.startsWith("workshop-redis-"));
    return { code, output, left };
  } finally {
    rmSync(TMPDIR, { recursive: true, force: true });
  }
}
