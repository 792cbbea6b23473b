import { cpSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { folderOf, steps } from "../catalog.ts";
import { makeFolder } from "../testing/folder.ts";
import { readCode } from "./read-code.ts";

const relay = steps.find(({ slug }) => slug === "07-share-the-handshake");
if (!relay) throw new Error("The catalogue lacks the step.");
const solution = folderOf(relay, "solution");
const text = (file: string) => readFileSync(`${solution}/${file}`, "utf8");

/** Reads the solution of step 7 with one of its files replaced, and gives what is said of it. */
async function read(file: string, code: string) {
  using folder = makeFolder();
  cpSync(solution, folder.path, { recursive: true });
  folder.write(file, code);
  const { outcome, finding, evidence } = await readCode(relay!, folder.path);
  return { outcome, evidence, ...finding };
}

describe.each(steps)("step $number", (step) => {
  test.each(["starter", "solution"] as const)("its %s can be read", async (source) => {
    expect(await readCode(step, folderOf(step, source))).toMatchObject({ outcome: "passed" });
  });
});

test("a slip of the pen is told with its line, and shown", async () => {
  const lines = text("server.ts").split("\n").length;

  const told = await read("server.ts", `${text("server.ts")}const x = ;\n`);

  expect(told).toMatchObject({
    outcome: "not yet",
    expected: "server.ts to be a file that Node can load",
    seen: `SyntaxError: Unexpected ";" (server.ts:${lines})`,
    look: { file: "server.ts", line: lines },
    evidence: ["const x = ;", "          ^"],
    blocks: true,
  });
});

test("so is one in a file that the server imports", async () => {
  const told = await read("frame.ts", `${text("frame.ts")}export const a = 'x\n`);

  expect(told.seen).toContain("SyntaxError: Unterminated string literal (frame.ts:");
});

test("and one in what a browser loads", async () => {
  const told = await read("public/client-options.js", "export const options = {\n");

  expect(told.look).toEqual({ file: "public/client-options.js", line: 2 });
});

test("an import that leads nowhere is told with what belongs to a name", async () => {
  const told = await read("server.ts", text("server.ts").replace("./relay.ts", "./relais.ts"));

  expect(told.seen).toContain('Could not resolve "./relais.ts" (server.ts:');
  expect(told.hint).toContain("./name.ts");
});

test("an import of what a file does not have is told where it stands", async () => {
  const told = await read(
    "relay.ts",
    `import { nothing } from "./frame.ts";\n${text("relay.ts")}\nnothing();`,
  );

  expect(told.seen).toMatch(
    /^No matching export in ".*frame\.ts" for import "nothing" \(relay\.ts:1\)$/,
  );
});

test.each([
  ["types that do not fit", "const n: number = 'one'; n;"],
  ["what nobody uses", "const unused = 1;"],
  ["an import of a package, there or not", 'import odd from "no-such-package"; odd();'],
  ["waiting at the top", "await Promise.resolve();"],
])("%s is left to Node", async (_, code) => {
  expect(await read("server.ts", `${text("server.ts")}\n${code}\n`)).toMatchObject({
    outcome: "passed",
  });
});

test("a file that the server does not load may be unfinished", async () => {
  expect(await read("draft.ts", "const x = ;")).toMatchObject({ outcome: "passed" });
});

test("what has no line is told without one", async () => {
  using folder = makeFolder({ "server.ts/notes.md": "" });

  const { finding } = await readCode(relay!, folder.path);

  expect(finding?.seen).toMatch(/\(server\.ts\)$/);
  expect(finding?.look).toEqual({ file: "server.ts" });
});

test("a missing server is left to the checks", async () => {
  using folder = makeFolder();

  expect(await readCode(relay!, folder.path)).toMatchObject({ outcome: "passed" });
});
