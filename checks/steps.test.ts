import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { folderOf, root, steps, type Source, type Step } from "../workshop/catalog.ts";
import { patternOf } from "../workshop/elision.ts";
import { HINTS, readHints, todosOf } from "../workshop/hints/stages.ts";
import { sectionsIn } from "../workshop/markdown.ts";
import { takeApart } from "../workshop/regions.ts";
import { answersOf, starterFolder } from "../workshop/verify/answers.ts";
import { titlesOf } from "../workshop/verify/titles.ts";
import { readTranscript } from "../workshop/verify/transcript.ts";

const README = "README.md";
/** What only the starter has, since nobody edits it. */
const TO_READ = [README, "README.ja.md", HINTS];
/** From the general to the nearly given answer. */
const FEWEST_STAGES = 3;

/** The five parts of every step's README, in this order. */
const PARTS = [
  "What you know so far",
  "What you will see",
  "What you write",
  "What must hold",
  "Why it works",
];

describe.each(steps)("step $number", (step) => {
  test("has the same files as its solution", () => {
    expect(files(step, "starter")).toEqual(files(step, "solution"));
  });

  test("names files in the catalogue that exist", () => {
    expect(files(step, "starter")).toEqual(expect.arrayContaining([...step.edit, ...step.whole]));
  });

  test.each(shared(step))("%s equals its solution outside the regions", (file) => {
    const starter = takeApart(read(step, "starter", file));
    const solution = takeApart(read(step, "solution", file));

    expect(starter.outside).toEqual(solution.outside);
    expect(starter.regions.map(({ kind }) => kind)).toEqual(starter.regions.map(() => "TODO"));
    expect(solution.regions.map(({ kind }) => kind)).toEqual(solution.regions.map(() => "answer"));
    expect(solution.regions.map(({ name }) => name)).toEqual(
      starter.regions.map(({ name }) => name),
    );
  });

  test("numbers its TODOs in the order of its files, and its README tells each", () => {
    const names = step.edit.flatMap((file) =>
      step.whole.includes(file)
        ? []
        : takeApart(read(step, "starter", file)).regions.map(({ name }) => name),
    );
    const readme = read(step, "starter", README);

    expect(names).toEqual(names.map((_, at) => `${step.number}.${at + 1}`));
    for (const name of names) expect(readme).toContain(`TODO ${name}`);
    for (const file of step.edit) expect(readme).toContain(file);
  });

  test("has a README with the five parts", () => {
    const headings = [...read(step, "starter", README).matchAll(/^## (.+)$/gm)].map(
      ([, text]) => text,
    );
    expect(headings).toEqual(PARTS);
  });

  test.each(["README.md", "README.ja.md"])("stands in the table of steps of %s", (file) => {
    const table = readFileSync(join(root, file), "utf8");

    expect(table).toContain(`| ${step.number} `);
    expect(table).toContain(`](steps/${step.slug}/${file})`);
  });

  test("can be chosen in the editor's tasks", () => {
    const { inputs } = JSON.parse(readFileSync(join(root, ".vscode", "tasks.json"), "utf8"));

    expect(inputs[0].options).toContain(String(step.number));
  });

  test("has hints for each TODO, in stages", () => {
    const { todos } = readHints(step);
    const names = todosOf(step).map(({ name }) => name);

    expect([...todos.keys()]).toEqual(names);
    for (const name of names) {
      expect(todos.get(name)?.length, `TODO ${name}`).toBeGreaterThanOrEqual(FEWEST_STAGES);
    }
  });

  test("has hints for no check that does not exist", () => {
    const titles = titlesOf(step);

    for (const [check, stages] of readHints(step).checks) {
      expect(
        titles.some((title) => title.test(check)),
        `Check: ${check}`,
      ).toBe(true);
      expect(stages.length, `Check: ${check}`).toBeGreaterThan(0);
    }
  });

  test("has hints for nothing that no answer shows", () => {
    const folders = [starterFolder(step), ...answersOf(step).map(({ dir }) => dir)];
    const told = folders.map((folder) => (readTranscript(folder) ?? "").replace(/\s+/g, " "));

    for (const [seen, stages] of readHints(step).seen) {
      const saw = new RegExp(`Saw ${patternOf(seen)}\\.`, "u");
      expect(
        told.some((transcript) => saw.test(transcript)),
        `Seen: ${seen}`,
      ).toBe(true);
      expect(stages.length, `Seen: ${seen}`).toBeGreaterThan(0);
    }
  });

  test("has no other sections in its hints", () => {
    const text = read(step, "starter", HINTS);

    expect(text.split("\n")[0]).toBe(`# Hints for step ${step.number}`);
    for (const { title } of sectionsIn(text))
      expect(title).toMatch(/^(TODO \d+\.\d+$|Check: |Seen: )/);
  });
});

describe.each(steps.slice(1))(
  "the starter of step $number goes on from the solution before",
  (step) => {
    const before = steps.find(({ number }) => number === step.number - 1);
    if (!before) throw new Error("The steps are not numbered one after the other.");

    const kept = shared(before).filter((file) => files(step, "starter").includes(file));

    test("without the files that the catalogue says are dropped", () => {
      const gone = shared(before).filter((file) => !kept.includes(file));
      expect(gone).toEqual(step.drops.filter((file) => !kept.includes(file)));
    });

    test.each(kept)("%s", (file) => {
      const solution = takeApart(read(before, "solution", file)).all;
      const starter = takeApart(read(step, "starter", file)).code;
      const added = [...starter];
      for (const line of solution) {
        const at = added.indexOf(line);
        if (at >= 0) added.splice(at, 1);
      }

      // Nothing is moved; and what is lost, or what the starter brings of its own, the catalogue says.
      expect(isSubsequence(solution, starter)).toBe(!step.drops.includes(file));
      expect(added.length > 0).toBe(step.brings.includes(file));
    });

    test("what it brings and drops is announced in its README", () => {
      const readme = read(step, "starter", README);
      const brought = files(step, "starter").filter(
        (file) => !files(before, "solution").includes(file),
      );
      for (const file of new Set([...step.brings, ...step.drops, ...brought])) {
        if (file !== README) expect(readme).toContain(file);
      }
    });
  },
);

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const line of whole) if (line === part[at]) at += 1;
  return at === part.length;
}

/** All files of a step but those that are to be read. */
function files(step: Step, source: Source): string[] {
  return readdirSync(folderOf(step, source), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folderOf(step, source), join(parentPath, name)))
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => !TO_READ.includes(file))
    .sort();
}

function shared(step: Step): string[] {
  return files(step, "solution").filter((file) => !step.whole.includes(file));
}

function read(step: Step, source: Source, file: string): string {
  return readFileSync(join(folderOf(step, source), file), "utf8");
}
