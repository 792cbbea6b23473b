import { chmodSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { MachineProblem } from "../problems.ts";
import { makeFolder, type Folder } from "../testing/folder.ts";
import { findNginx } from "./find-nginx.ts";

afterEach(() => vi.unstubAllEnvs());

describe("nginx", () => {
  test("is looked for on the PATH first, then where Debian and Homebrew put it", () => {
    using folder = emptyMachine();
    const look = () => findNginx({ folders: [join(folder.path, "sbin")] });
    vi.stubEnv("PATH", join(folder.path, "on path"));

    const inFolder = executable(folder, "sbin/nginx");
    expect(look()).toBe(inFolder);
    const onPath = executable(folder, "on path/nginx");
    expect(look()).toBe(onPath);
  });

  test("is the one that NGINX_PATH names, whatever else there is", () => {
    using folder = emptyMachine();
    executable(folder, "sbin/nginx");
    vi.stubEnv("NGINX_PATH", executable(folder, "mine"));

    expect(findNginx({ folders: [join(folder.path, "sbin")] })).toBe(join(folder.path, "mine"));
  });

  test("is not guessed when NGINX_PATH names no file", () => {
    vi.stubEnv("NGINX_PATH", "/no/such/nginx");

    expect(() => findNginx()).toThrow(
      "NGINX_PATH names /no/such/nginx, and there is no such file.",
    );
  });

  test("that is nowhere is a matter for the doctor", () => {
    using _ = emptyMachine();
    const look = () => findNginx({ folders: [] });

    expect(look).toThrow(MachineProblem);
    expect(look).toThrow("it is needed from step 9 on");
  });
});

/** A folder for programs, on a machine that has none elsewhere. */
function emptyMachine(): Folder {
  vi.stubEnv("PATH", "/no/such/folder");
  vi.stubEnv("NGINX_PATH", undefined);
  return makeFolder();
}

function executable(folder: Folder, name: string): string {
  const path = folder.write(name, "#!/bin/sh\n");
  chmodSync(path, 0o755);
  return path;
}
