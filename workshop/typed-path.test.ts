import { symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { root } from "./catalog.ts";
import { makeFolder, type Folder } from "./testing/folder.ts";
import { typedFolderOfClone, typedPath } from "./typed-path.ts";

let folder: Folder;

beforeEach(() => {
  folder = makeFolder({ "anna/server.ts": "" });
  vi.stubEnv("INIT_CWD", folder.path);
});
afterEach(() => {
  vi.unstubAllEnvs();
  folder[Symbol.dispose]();
});

test("a path is seen from where it was typed", () => {
  expect(typedPath("deck.pdf")).toBe(join(folder.path, "deck.pdf"));
  expect(typedPath(join(root, "deck.pdf"))).toBe(join(root, "deck.pdf"));
});

test("without npm that is the folder of the process", () => {
  vi.stubEnv("INIT_CWD", undefined);

  expect(typedPath("deck.pdf")).toBe(join(process.cwd(), "deck.pdf"));
});

test("a folder of the clone is taken from wherever it was typed", () => {
  expect(typedFolderOfClone("anna")).toBe(join(folder.path, "anna"));
  expect(typedFolderOfClone(join(folder.path, "anna"))).toBe(join(folder.path, "anna"));
});

test.skipIf(process.platform === "win32")("a link leads to the folder itself", () => {
  symlinkSync(join(folder.path, "anna"), join(folder.path, "link"));

  expect(typedFolderOfClone("link")).toBe(join(folder.path, "anna"));
});

test("a folder elsewhere is refused, and so is the clone itself", () => {
  expect(() => typedFolderOfClone(tmpdir())).toThrow(/ is no folder in this clone/);
  expect(() => typedFolderOfClone(relative(folder.path, root))).toThrow(
    / is no folder in this clone/,
  );
});

test("what is no folder is refused", () => {
  expect(() => typedFolderOfClone("nowhere")).toThrow("There is no folder nowhere.");
  expect(() => typedFolderOfClone("anna/server.ts")).toThrow("There is no folder anna/server.ts.");
});
