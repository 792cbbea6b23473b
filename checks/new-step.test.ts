import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { folderOf, root, steps } from "../workshop/catalog.ts";
import { cleanEnvironment } from "../workshop/stage/environment.ts";
import { filesOfTheClone } from "./support/clone-files.ts";

/** The first step, told once more as the last one. */
const FIRST = "01-one-process";
const SAMPLE = "10-sample";

/** The path that docs/teaching.md describes, from the catalogue to the deck. */
test("a new step can be added as docs/teaching.md says", { timeout: 300_000 }, async () => {
  using copy = copyOfTheClone();
  addToCatalogue(copy.path);
  for (const folder of ["steps", "solutions"]) tellAgain(copy.path, `${folder}/${FIRST}`);
  tellAgain(copy.path, `checks/${FIRST}.check.ts`);
  tellAgain(copy.path, "checks/answers/01");
  tellAgain(copy.path, "checks/answers/01.test.ts");
  announce(copy.path);
  addToTables(copy.path);
  addToDeck(copy.path);

  expect(await runCommand(copy.path, "slides", "--record", "10")).toMatchObject({ code: 0 });
  const structure = await run(copy.path, "node_modules/vitest/vitest.mjs", [
    "run",
    "--reporter=verbose",
    "checks/steps.test.ts",
    "checks/answers.test.ts",
    "checks/translations.test.ts",
    "workshop/slides/chapters.test.ts",
  ]);
  expect(structure).toMatchObject({ code: 0 });
  expect(structure.output).toContain("the answers of step 10");
  expect(await runCommand(copy.path, "check", "10", "--solution")).toMatchObject({ code: 0 });
  expect(await runCommand(copy.path, "check", "10", "--starter")).toMatchObject({ code: 1 });
});

/** All that makes up the clone, in a folder of it that git ignores. */
function copyOfTheClone(): Disposable & { path: string } {
  const path = mkdtempSync(join(root, ".scratch-"));
  for (const file of filesOfTheClone()) {
    mkdirSync(join(path, dirname(file)), { recursive: true });
    cpSync(join(root, file), join(path, file));
  }
  symlinkSync(join(root, "node_modules"), join(path, "node_modules"), "junction");
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** It brings a server of its own, and goes on without the files of the step before. */
function addToCatalogue(clone: string): void {
  const entry = `  {
    number: ${steps.length + 1},
    slug: "${SAMPLE}",
    title: "A sample",
    about: "A step can be added.",
    edit: ["server.ts"],
    whole: [],
    brings: ["server.ts"],
    runs: "node",
    workers: 1,
    hosts: 1,
    services: [],
    drops: ${JSON.stringify(filesBefore())},
  },
];

/** Where a step's code`;
  change(clone, "workshop/catalog.ts", (text) =>
    text.replace("];\n\n/** Where a step's code", () => entry),
  );
}

function filesBefore(): string[] {
  const before = steps.at(-1);
  if (!before) throw new Error("The catalogue is empty.");
  return readdirSync(folderOf(before, "solution"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((file) => file.slice(folderOf(before, "solution").length + 1).replaceAll("\\", "/"))
    .sort();
}

/** Copies what belongs to the first step, under the new step's name and number. */
function tellAgain(clone: string, path: string): void {
  const to = path.replace(FIRST, SAMPLE).replace("answers/01", "answers/10");
  cpSync(join(clone, path), join(clone, to), { recursive: true });
  const isFile = /\.\w+$/.test(to);
  const files = isFile
    ? [to]
    : readdirSync(join(clone, to), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(clone.length + 1));
  for (const file of files) change(clone, file, renumbered);
}

function renumbered(text: string): string {
  return text
    .replaceAll(FIRST, SAMPLE)
    .replace(/\b(TODO|answer|todo: ")( ?)1\.(\d)/g, "$1$210.$3")
    .replace("# Hints for step 1\n", "# Hints for step 10\n")
    .replace("testMatrix(1)", "testMatrix(10)");
}

/** A README says what its step brings and drops: here a list of it, in both languages. */
function announce(clone: string): void {
  const list = filesBefore().map((file) => `\`${file}\``);
  for (const [file, part] of [
    ["README.md", "## What you will see"],
    ["README.ja.md", "## 何が起きるか"],
  ] as const) {
    change(clone, `steps/${SAMPLE}/${file}`, (text) =>
      text.replace(part, `${list.join(" ")}\n\n${part}`),
    );
  }
}

/** A row of the tables of steps, and a choice of the editor's tasks. */
function addToTables(clone: string): void {
  for (const file of ["README.md", "README.ja.md"]) {
    change(clone, file, (text) =>
      text.replace(
        /^\| 9 .*\n/m,
        (row) => `${row}| 10 | [A sample](steps/${SAMPLE}/${file}) | A step can be added |\n`,
      ),
    );
  }
  change(clone, ".vscode/tasks.json", (text) => text.replace('"9"]', '"9", "10"]'));
}

/** A chapter of one slide, whose minute another chapter gives, and what is recorded for it. */
function addToDeck(clone: string): void {
  writeFileSync(
    join(clone, "slides", `${SAMPLE}.md`),
    `---
title: Step 10 · A sample
---

## It runs

\`\`\`trace
${SAMPLE}
\`\`\`

Note: class 1 min

**Say.** "A step can be added."
`,
  );
  change(clone, "slides/99-closing.md", (text) => text.replace("class 3 min", "class 2 min"));
  change(clone, "workshop/slides/scenarios.ts", (text) =>
    text.replace(/^ {2}1: \{\n[^]*?^ {2}\},\n/m, (first) => first + first.replace("1:", "10:")),
  );
}

function change(clone: string, file: string, by: (text: string) => string): void {
  const path = join(clone, file);
  writeFileSync(path, by(readFileSync(path, "utf8")));
}

function runCommand(clone: string, ...words: string[]) {
  return run(clone, "workshop/cli.ts", words);
}

async function run(clone: string, script: string, words: string[]) {
  const args = ["--import", "tsx", join(clone, script), ...words];
  const env = { ...cleanEnvironment(), NO_COLOR: "1", WORKSHOP_NOTES: join(clone, ".workshop") };
  return promisify(execFile)(process.execPath, args, { cwd: clone, env }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    ({ code, stdout, stderr }) => ({ code, output: `${stdout}\n${stderr}` }),
  );
}
