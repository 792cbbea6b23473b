import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderOf, root, steps } from "../catalog.ts";
import { cutOf, readChapters, toChapter } from "./chapters.ts";
import { clock, LENGTH, planOf } from "./plan.ts";
import { withSource } from "./source.ts";

const chapter = (...slides: string[]) =>
  toChapter("00-a.md", `---\ntitle: A\n---\n\n${slides.join("\n\n---\n\n")}\n`);

describe("a chapter", () => {
  test("is taken apart into slides, each with what it says and what the speaker says", () => {
    const { title, slides } = chapter(
      "## One\n\nNote: class 2 min\n\nSay it.",
      "## Two\n\nNote: talk 1 min",
    );

    expect(title).toBe("A");
    expect(slides.map(({ text, note }) => [text, note])).toEqual([
      ["## One", "Say it."],
      ["## Two", ""],
    ]);
  });

  test("tells how long a slide takes, in each cut that has it", () => {
    const { slides } = chapter("Note: class 2 min, talk 1.5 min", "Note: class 3 min");

    expect(slides.map(({ minutes }) => minutes)).toEqual([{ class: 2, talk: 1.5 }, { class: 3 }]);
  });

  test("leaves out of a cut what has no time in it", () => {
    const all = [chapter("A\n\nNote: class 2 min, talk 1 min", "B\n\nNote: class 3 min")];

    expect(cutOf(all, "talk").flatMap(({ slides }) => slides.map(({ text }) => text))).toEqual([
      "A",
    ]);
  });

  test("knows the line on which each slide begins", () => {
    const { slides } = chapter("## One\n\nNote: class 2 min", "## Two\n\nNote: class 1 min");

    expect(slides.map(({ at }) => at)).toEqual(["slides/00-a.md:5", "slides/00-a.md:11"]);
  });

  test("without a title is refused, with its file", () => {
    expect(() => toChapter("05-x.md", "## One\n\nNote: class 1 min")).toThrow("slides/05-x.md:1");
  });

  test.each(["## One", "Note: class two min", "Note: break 2 min"])(
    "with a slide that says %j has no time, and is refused with its line",
    (text) => {
      expect(() => chapter(text)).toThrow("slides/00-a.md:5");
    },
  );
});

describe("the plan", () => {
  test.each(["class", "talk"] as const)("of the %s adds up to its length", (cut) => {
    const minutes = planOf(readChapters(), cut).map((planned) => planned.minutes);

    expect(minutes.reduce((sum, each) => sum + each, 0)).toBe(LENGTH[cut]);
  });

  test("of the class has breaks, and never more than 80 minutes without one", () => {
    const slides = readChapters().flatMap((one) => one.slides);
    let since = 0;
    let longest = 0;
    for (const { text, minutes } of slides) {
      since = text.includes("layout: break") ? 0 : since + (minutes.class ?? 0);
      longest = Math.max(longest, since);
    }

    expect(longest).toBeLessThanOrEqual(80);
  });

  test("of a day is written as a clock shows it", () => {
    expect([clock(0), clock(65.5), clock(239)]).toEqual(["0:00", "1:06", "3:59"]);
  });
});

test("an exercise's clock is set to the time that the plan gives it", () => {
  const wrong = readChapters()
    .flatMap(({ slides }) => slides)
    .filter(({ text, minutes }) => {
      const clock = /^minutes: (\d+)$/m.exec(text)?.[1];
      return clock !== undefined && Number(clock) !== minutes.class;
    });

  expect(wrong.map(({ at }) => at)).toEqual([]);
});

describe("the deck", () => {
  const chapters = readChapters();

  test.each(steps)("has a chapter on step $number, which shows it running", ({ slug }) => {
    const found = chapters.find(({ name }) => name === slug);

    expect(found?.slides.map(({ text }) => text).join("\n")).toContain(`\`\`\`trace\n${slug}\n`);
  });

  test("has notes to each of its slides", () => {
    const silent = chapters.flatMap(({ slides }) => slides).filter(({ note }) => !note);

    expect(silent.map(({ at }) => at)).toEqual([]);
  });

  test("lets the room do each step of the class by itself, and says what usually goes wrong", () => {
    const exercises = chapters
      .flatMap(({ slides }) => slides)
      .filter(({ text }) => /^## Exercise \d$/m.test(text));

    expect(exercises.map(({ text }) => /## Exercise (\d)/.exec(text)?.[1])).toEqual([
      "1",
      "2",
      "3",
      "4",
      "5",
      "6",
      "7",
    ]);
    expect(exercises.filter(({ note }) => !note.includes("**Goes wrong.**"))).toEqual([]);
  });
});

describe.each(steps)("what the chapter on step $number says was seen", (step) => {
  const slides = readChapters().find(({ name }) => name === step.slug)?.slides ?? [];
  const readme = readFileSync(join(folderOf(step, "starter"), "README.md"), "utf8");

  test("is printed by the step's README, too, where it is tried", () => {
    const printed = slides
      .flatMap(({ text }) => [...text.matchAll(/^```text\n([^]*?)^```$/gm)])
      .map(([, output = ""]) => output);

    expect(printed.filter((output) => !readme.includes(output))).toEqual([]);
  });

  test("is counted there, too", () => {
    const counted = slides
      .flatMap(({ text, note }) => `${text}\n${note}`.match(/\d+ of \d+/g) ?? [])
      .filter((count) => !readme.includes(count));

    expect(counted).toEqual([]);
  });
});

test("each command that a slide or a note names can be typed", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const text = readChapters()
    .flatMap(({ slides }) => slides.map((slide) => slide.text + slide.note))
    .join("\n");
  const named = [...text.matchAll(/npm run (?:-s )?([a-z\d:]+)/g)].map(([, name]) => name);

  expect([...new Set(named)].filter((name) => !(String(name) in scripts))).toEqual([]);
});

describe("the source", () => {
  const named = (fields: Record<string, string>) =>
    withSource("See {{source}}", [{ name: "a", title: "A", fields, slides: [] }]);

  test("is named with its title, link and author where they are written down", () => {
    const fields = {
      "source-title": "T",
      "source-author": "A. B.",
      "source-link": "https://t.example",
    };

    expect(named(fields)).toBe("See [T](https://t.example), A. B.");
  });

  test("is not made up where they are not", () => {
    expect(named({ "source-title": "", "source-author": "", "source-link": "" })).toBe("See ");
  });
});
