import { join, relative } from "node:path";
import colors from "picocolors";
import { folderOf, root, type Step } from "./catalog.ts";
import { verdictOf, type CheckResult } from "./check/verdict.ts";
import { isLike } from "./elision.ts";
import { readHints, todosOf } from "./hints/stages.ts";
import { renderMarkdown } from "./markdown.ts";
import { readNote, updateNote } from "./notes.ts";
import type { Finding } from "./problems.ts";
import { wrap } from "./text.ts";

const FILE = "hints.json";

/** One hint of several that lead from the general to the nearly given answer. */
export interface Hint {
  /** Markdown. */
  text: string;
  /** Which one it is, from 1, and how many there are for this check. */
  stage: number;
  stages: number;
  /** The check that failed; undefined when none has judged the learner's code. */
  check?: string | undefined;
  /** The TODO that it helps with. */
  todo?: string | undefined;
  look?: Finding["look"];
  /** Where to look, as a person is told it. */
  place?: string | undefined;
  /** What to say after the last one. */
  after?: string | undefined;
}

/** A check that failed, as the last verdict on the learner's copy has told it. */
interface Failure {
  title: string;
  finding: Finding;
}

/** What is noted about one step. */
interface Entry {
  /** False until checks have judged the learner's copy. */
  isJudged: boolean;
  failed: Failure[];
  /** How many hints were read of each part: `TODO 3.1`, `Check: …`, `Seen: …`. */
  read: Record<string, number>;
}

interface HintNote {
  steps: Record<string, Entry>;
}

const NOTHING: HintNote = { steps: {} };

/**
 * Notes what the checks have found in the learner's copy, so that the next hint is about that.
 *
 * @param isWhole false for the results so far: what is still to be checked is as it was found before
 */
export async function noteResults(
  step: Step,
  results: readonly CheckResult[],
  isWhole = true,
): Promise<void> {
  await updateNote(FILE, NOTHING, ({ steps }) => {
    const entry = entryOf(steps[step.slug]);
    const failed = results.flatMap(({ title, outcome, finding }) => {
      if (outcome === "not yet" && finding) return [{ title, finding }];
      // What was not judged this time is as it was found before.
      const before =
        outcome === "passed" ? undefined : entry.failed.find((it) => it.title === title);
      return before ? [before] : [];
    });
    const told = new Set(results.map(({ title }) => title));
    if (!isWhole) failed.push(...entry.failed.filter(({ title }) => !told.has(title)));
    const verdict = verdictOf(results);
    const isJudged = entry.isJudged || verdict === "not yet" || (isWhole && verdict === "passed");
    steps[step.slug] = { ...entry, isJudged, failed };
  });
}

/**
 * Gives the next hint for the first check that failed, and notes that it was read. Where HINTS.md has
 * hints for what the check has seen, those come first, and then the last one for the TODO, which nearly
 * gives the answer; else those for the check, and all for the TODO that it looks at. What the check itself
 * had to say to what it saw, stood in its verdict. What was read already is not given again, until all
 * were: then they start over. Without a verdict on the learner's copy, they are those of the first TODO.
 *
 * Undefined when every check holds, or when nobody has written a hint.
 */
export async function nextHint(step: Step): Promise<Hint | undefined> {
  let hint: Hint | undefined;
  await updateNote(FILE, NOTHING, ({ steps }) => {
    const entry = entryOf(steps[step.slug]);
    const failure = entry.failed[0];
    if (!failure && entry.isJudged) return;
    const stages = stagesFor(step, failure);
    const isUnread = ({ part, at }: Stage) => at >= (entry.read[part] ?? 0);
    if (!stages.some(isUnread)) for (const { part } of stages) delete entry.read[part];
    const index = stages.findIndex(isUnread);
    const stage = stages[index];
    if (!stage) return;
    entry.read[stage.part] = stage.at + 1;
    steps[step.slug] = entry;
    hint = {
      text: stage.text,
      stage: index + 1,
      stages: stages.length,
      check: failure?.title,
      todo: stage.todo,
      look: failure?.finding.look,
      place: placeOf(step, failure?.finding.look),
      after: index + 1 < stages.length ? undefined : afterLast(step, stage),
    };
  });
  return hint;
}

/** Whether the checks of a step have judged the learner's copy. */
export function isJudged(step: Step): boolean {
  return entryOf(readNote(FILE, NOTHING).steps[step.slug]).isJudged;
}

/** A hint as lines for the terminal. */
export function renderHint(hint: Hint, width: number): string[] {
  const { text, stage, stages, check, todo, place, after } = hint;
  const about = [`Hint ${stage} of ${stages}`, ...(todo ? [`TODO ${todo}`] : [])].join(" · ");
  const lines = [colors.bold(about)];
  if (check) lines.push(...wrap(check, width).map((line) => colors.dim(line)));
  lines.push("", ...renderMarkdown(text, width - 2).map((line) => line && `  ${line}`));
  if (place || after) lines.push("");
  if (place) lines.push(...wrap(`Look at ${place}`, width));
  if (after) lines.push(...wrap(after, width));
  return lines;
}

/** One hint, with its place in the part of the hints that it comes from. */
interface Stage {
  part: string;
  at: number;
  text: string;
  todo?: string | undefined;
}

function stagesFor(step: Step, failure: Failure | undefined): Stage[] {
  const book = readHints(step);
  const look = failure?.finding.look;
  const todos = todosOf(step);
  const named = todos.filter(({ name }) => name === look?.todo);
  const ofFile = todos.filter(({ file }) => file === look?.file);
  const meant = [named, ofFile, todos.slice(0, 1)].find((list) => list.length > 0) ?? [];
  const todo = meant.length === 1 ? meant[0]?.name : look?.todo;

  const stages: Stage[] = [];
  const add = (part: string, texts: readonly string[] = [], of = todo) => {
    stages.push(...texts.map((text, at) => ({ part, at, text, todo: of })));
  };
  const seen = [...book.seen].find(([title]) => isLike(title, failure?.finding.seen ?? ""));
  if (seen) {
    const [title, texts] = seen;
    // The last hints of the TODOs are read as a part of these: those before them stay unread.
    const answers = meant.flatMap(({ name }) => book.todos.get(name)?.slice(-1) ?? []);
    add(`Seen: ${title}`, [...texts, ...answers]);
    return stages;
  }
  if (failure) add(`Check: ${failure.title}`, book.checks.get(failure.title));
  for (const { name } of meant) add(`TODO ${name}`, book.todos.get(name), name);
  return stages;
}

function placeOf(step: Step, look: Finding["look"]): string | undefined {
  if (!look) return undefined;
  const { file, line, todo } = look;
  const path = relative(root, join(folderOf(step, "work"), file));
  return `${path}${line ? `:${line}` : ""}${todo ? `, TODO ${todo}` : ""}`;
}

function afterLast(step: Step, { todo, part }: Stage): string {
  const about = todo ? `TODO ${todo}` : part.replace(/^(?:Check|Seen): /, "");
  return `That was the last hint for ${about}; npm run diff ${step.number} shows the difference to the solution.`;
}

/** An entry as it should be, whatever an older or newer version has written. */
function entryOf(entry: Partial<Entry> | undefined): Entry {
  const { isJudged = false, failed, read } = entry ?? {};
  return {
    ...entry,
    isJudged: isJudged === true,
    failed: Array.isArray(failed) ? failed.filter(isFailure) : [],
    read: typeof read === "object" && read !== null ? { ...read } : {},
  };
}

function isFailure(it: Partial<Failure> | null): it is Failure {
  return typeof it?.title === "string" && typeof it.finding === "object";
}
