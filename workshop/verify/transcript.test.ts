import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root, steps, type Step } from "../catalog.ts";
import type { CheckResult } from "../check/verdict.ts";
import { matches, readTranscript, transcriptOf, writeTranscript } from "./transcript.ts";

const step = steps[2] as Step;
const DIR = join(root, ".scratch-answer-x7Yz", step.slug);

/** What a learner would read of a check that saw this. */
const told = (seen: string, more: Partial<CheckResult> = {}): string =>
  transcriptOf(
    {
      title: "four workers share one port",
      outcome: "not yet",
      ms: 1_234,
      evidence: [],
      finding: { expected: "4 workers", seen, look: { file: "server.ts", line: 3 } },
      ...more,
    },
    step,
    DIR,
  );

describe("a transcript", () => {
  test("is what a learner reads, with the paths of a learner's copy", () => {
    expect(told("nothing").split("\n")).toEqual([
      "✗ four workers share one port",
      "    Expected 4 workers. Saw nothing.",
      "    Look at  work/03-cluster/server.ts:3",
    ]);
  });

  test("calls the folder of a trial by the learner's, wherever its name stands", () => {
    const text = told(`an error at ${DIR}/server.ts`, {
      evidence: [`.scratch-answer-x7Yz/${step.slug}`],
    });

    expect(text).not.toContain("scratch");
    expect(text).toContain("work/03-cluster");
  });

  test.each([
    ["a pid", "1 process (pid 41203)", "1 process (pid …)"],
    ["a pid in JSON", '{"instance":0,"pid":41203}', '{"instance":0,"pid":…}'],
    ["a short session id", "worker 0  GET  sid u3KxQ-  200", "worker 0  GET  sid …  200"],
    ["what a request opens", "200  opens El6B03", "200  opens …"],
    ["a whole session id", 'sid "lQzdqIwR-_1xcw3SAAAB"', 'sid "…"'],
    ["one that ends in a dash", "of zzzdqIwR-_1xcw3SAAA- here", "of … here"],
    ["a port", "listens on port 21717", "listens on port:…"],
    ["an address", "http://127.0.0.1:21717/", "http://127.0.0.1:…/"],
    ["a time", "nothing within 1.3 s, 41 ms", "nothing within … s, … ms"],
  ])("has … for %s", (_, seen, shown) => {
    expect(told(seen)).toContain(`Saw ${shown}.`);
  });

  test("keeps an option of Node, which is as long as a session id", () => {
    expect(told("--unhandled-rejections=strict")).toContain("--unhandled-rejections=strict");
  });

  test("breaks its lines in the same places, whatever the number of digits", () => {
    const words =
      "some words that fill the line up to where it has to be broken in two, which is here";

    expect(told(`${words} (pid 7) and on`)).toBe(told(`${words} (pid 4120377) and on`));
  });
});

describe("what is seen is what was written down", () => {
  test.each([
    ["word for word", "Saw 1 process.", "Saw 1 process."],
    ["with anything for …", "Saw … process.", "Saw 1 process."],
    ["with nothing for …", "Saw 1… process.", "Saw 1 process."],
    ["with any number of lines for a line that is only …", "a\n  …\nb", "a\nx\ny\nb"],
    ["with no line for one that is only …", "a\n…\nb", "a\nb"],
    ["with … at the end", "a\n…", "a\nx\ny"],
    ["where lines are broken elsewhere", "one two\n   three", "one\n   two three"],
    [
      "with signs that mean something in a pattern",
      "a (b) [c] {d} *.? $^|\\/",
      "a (b) [c] {d} *.? $^|\\/",
    ],
  ])("%s", (_, written, seen) => {
    expect(matches(written, seen)).toBe(true);
  });

  test.each([
    ["another word", "Saw 1 process.", "Saw 2 process."],
    ["a line more", "a", "a\nb"],
    ["a line less", "a\nb", "a"],
    ["another beginning", "…b", "a"],
  ])("but not with %s", (_, written, seen) => {
    expect(matches(written, seen)).toBe(false);
  });
});

describe("what is written down of an answer", () => {
  test("is read as it was written", () => {
    const folder = mkdtempSync(join(tmpdir(), "transcript-"));
    try {
      expect(readTranscript(join(folder, "starter"))).toBeUndefined();
      writeTranscript(join(folder, "starter"), "✗ a\n  b\n\n");
      expect(readTranscript(join(folder, "starter"))).toBe("✗ a\n  b\n");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
