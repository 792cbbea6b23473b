import { chmodSync, readFileSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { root } from "../catalog.ts";
import { until } from "../stage/until.ts";
import { makeFolder, type Folder } from "../testing/folder.ts";
import { insideClone, openInEditor } from "./editor.ts";

const onWindows = process.platform === "win32";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a file of the clone", () => {
  test("is found by its path from there", () => {
    expect(insideClone("page/events.ts")).toBe(join(root, "page", "events.ts"));
  });

  test.each(["../secret", "/etc/hosts", "page/../../secret", "", ".", "page/none.ts"])(
    "is not %j",
    (file) => {
      expect(() => insideClone(file)).toThrow(/There is no file/);
    },
  );

  test.skipIf(onWindows)("is none that a link leads out of it to", () => {
    using folder = makeFolder();
    const link = join(folder.path, "link");
    symlinkSync("/etc", link);

    expect(() => insideClone(join(link, "hosts"))).toThrow(/There is no file/);
  });
});

describe.skipIf(onWindows)("the editor", () => {
  /** An editor that writes down what it is told. */
  function install(folder: Folder, name: string): void {
    chmodSync(
      folder.write(`bin/${name}`, `#!/bin/sh\necho "${name} $*" > "$(dirname "$0")/told"\n`),
      0o755,
    );
  }
  /** Only what is installed here is on the PATH. */
  function lookIn(folder: Folder, env: Record<string, string> = {}): void {
    vi.stubEnv("PATH", [join(folder.path, "bin"), "/usr/bin", "/bin"].join(delimiter));
    for (const name of ["VISUAL", "EDITOR"]) vi.stubEnv(name, env[name]);
  }
  const told = (folder: Folder) =>
    until(
      () => readFileSync(join(folder.path, "bin", "told"), "utf8").trim(),
      (text) => text !== "",
      { within: 10_000, otherwise: () => new Error("No editor was opened.") },
    );

  test("that is on the PATH opens the file at its line", async () => {
    using folder = makeFolder();
    install(folder, "cursor");
    lookIn(folder);

    expect(openInEditor("page/events.ts", 7)).toEqual({ by: "cursor" });
    expect(await told(folder)).toBe(`cursor --goto ${join(root, "page/events.ts")}:7`);
  });

  test("that $EDITOR names comes first, with the words of its own", async () => {
    using folder = makeFolder();
    for (const name of ["code", "webstorm"]) install(folder, name);
    lookIn(folder, { EDITOR: "webstorm --wait" });

    expect(openInEditor("page/events.ts", 7)).toEqual({ by: "webstorm" });
    expect(await told(folder)).toBe(`webstorm --line 7 ${join(root, "page/events.ts")}`);
  });

  test("needs a window: one for the terminal is passed over", () => {
    using folder = makeFolder();
    install(folder, "vim");
    lookIn(folder, { EDITOR: "vim" });

    const opened = openInEditor("page/events.ts", 7);

    expect(opened).toMatchObject({ path: join("page", "events.ts") });
    expect(opened).toMatchObject({
      link: expect.stringMatching(/^vscode:\/\/file\/.*events\.ts:7$/),
    });
  });
});
