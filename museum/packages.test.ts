import { expect, test } from "vitest";
import { makeFolder } from "../workshop/testing/folder.ts";
import { areInstalled } from "./packages.ts";

const lockOf = (version: string) =>
  JSON.stringify({ packages: { "": {}, "node_modules/express": { version } } });

/** An exhibit that wants Express 3.21.2, and what npm has noted at the end of an installation. */
function exhibit(noted?: string) {
  return makeFolder({
    "package.json": JSON.stringify({ dependencies: { express: "3.21.2" } }),
    "package-lock.json": lockOf("3.21.2"),
    "node_modules/express/package.json": "{}",
    ...(noted === undefined ? {} : { "node_modules/.package-lock.json": noted }),
  });
}

test("what npm has installed to the end is installed", () => {
  using folder = exhibit(lockOf("3.21.2"));

  expect(areInstalled(folder.path)).toBe(true);
});

test("an installation that was broken off is none", () => {
  using folder = exhibit();

  expect(areInstalled(folder.path)).toBe(false);
});

test("an older version than that of the lock file is to be replaced", () => {
  using folder = exhibit(lockOf("3.21.1"));

  expect(areInstalled(folder.path)).toBe(false);
});
