import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { root, type Step } from "../catalog.ts";
import { reportOf } from "../check/report.ts";
import type { CheckResult } from "../check/verdict.ts";
import { ANY, isLike, patternOf } from "../elision.ts";

const WIDTH = 100;

/** What is another one in each run, wherever it stands. */
const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/\bpid \d+/g, `pid ${ANY}`],
  [/"pid":\d+/g, `"pid":${ANY}`],
  [/pid: \d+/g, `pid: ${ANY}`],
  [/\b(sid|opens|session) [\w-]{6}(?![\w-])/g, `$1 ${ANY}`],
  [/(127\.0\.0\.1|localhost|\bport):? ?\d{4,5}/g, `$1:${ANY}`],
  // A whole session id, or the id of a socket; words of that length have no capital and no digit.
  [/(?<![\w-])(?=[\w-]*[A-Z\d])[\w-]{20}(?![\w-])/g, ANY],
  [/\b\d+(\.\d+)? (ms|s)\b/g, `${ANY} $2`],
];

/** A failed check as a learner reads it, with `…` for what is another one in each run. */
export function transcriptOf(result: CheckResult, step: Step, dir: string): string {
  // The folder of a trial has a name of its own; a learner's is called by its step.
  const place = join(root, "work", step.slug);
  const tell = (text: string) =>
    CHANGING.reduce(
      (told, [what, by]) => told.replace(what, by),
      text.replaceAll(dir, place).replaceAll(relative(root, dir), relative(root, place)),
    );
  const { finding, problem, evidence } = result;
  // Before the lines are broken: a pid with a digit more must not break them elsewhere.
  const told: CheckResult = {
    ...result,
    ms: 0,
    finding: finding && {
      ...finding,
      expected: tell(finding.expected),
      seen: tell(finding.seen),
      hint: finding.hint && tell(finding.hint),
    },
    problem: problem && { ...problem, message: tell(problem.message) },
    evidence: evidence.map(tell),
  };
  return reportOf(told, place, WIDTH)
    .map((line) => stripVTControlCharacters(line).trimEnd())
    .join("\n")
    .replace(/ +0 ms$/m, "");
}

/**
 * Whether a transcript is what was written down, each `…` standing for anything, and one on a line of its
 * own for any number of lines. Where its lines are broken does not matter.
 */
export function matches(written: string, seen: string): boolean {
  const pattern = linesOf(written)
    .map((line) => (line === ANY ? "(?:.* )?" : `${patternOf(line)} `))
    .join("");
  return new RegExp(`^${pattern}$`, "su").test(`${linesOf(seen).join(" ")} `);
}

/** Whether a line is what was written down; a lone `…` is any line. */
export function matchesLine(written: string, seen: string): boolean {
  return isLike(bare(written), bare(seen));
}

function linesOf(text: string): string[] {
  return text.split("\n").map(bare).filter(Boolean);
}

function bare(line: string): string {
  return line.trim().replace(/\s+/g, " ");
}

/** Where it is written down what an answer, or the starter, must fail with. */
export function transcriptFile(folder: string): string {
  return join(folder, "transcript.txt");
}

/** What was written down of an answer; undefined when nothing was. */
export function readTranscript(folder: string): string | undefined {
  const file = transcriptFile(folder);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

export function writeTranscript(folder: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  const file = transcriptFile(folder);
  writeFileSync(`${file}.new`, `${text.trimEnd()}\n`);
  renameSync(`${file}.new`, file);
}
