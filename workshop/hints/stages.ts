import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { marked, type Token, type Tokens } from "marked";
import { folderInGit, folderOf, type Step } from "../catalog.ts";
import { sectionsIn } from "../markdown.ts";
import { takeApart } from "../regions.ts";

export const HINTS = "HINTS.md";

/** A step's hints: each list goes from the general to the nearly given answer. */
export interface HintBook {
  /** By the name of a TODO: `3.1`. */
  todos: Map<string, string[]>;
  /** By the title of a check. */
  checks: Map<string, string[]>;
  /** By what a check has seen, with `…` for what is another thing each time: `worker … answer 503`. */
  seen: Map<string, string[]>;
}

/** A step's HINTS.md; without one, there are no hints. */
export function readHints(step: Step): HintBook {
  const file = join(folderOf(step, "starter"), HINTS);
  return parseHints(existsSync(file) ? readFileSync(file, "utf8") : "");
}

/** Takes the text of a HINTS.md apart. What is of no TODO, no check and nothing seen is left out. */
export function parseHints(text: string): HintBook {
  const book: HintBook = { todos: new Map(), checks: new Map(), seen: new Map() };
  for (const section of sectionsIn(text)) {
    const [, todo] = /^TODO (\d+\.\d+)$/.exec(section.title) ?? [];
    const [, check] = /^Check: (.+)$/.exec(section.title) ?? [];
    const [, seen] = /^Seen: (.+)$/.exec(section.title) ?? [];
    if (todo) book.todos.set(todo, stagesIn(section.text));
    if (check) book.checks.set(check, stagesIn(section.text));
    if (seen) book.seen.set(seen, stagesIn(section.text));
  }
  return book;
}

/** The items of a numbered list. What stands after an item, not indented, belongs to it, too. */
function stagesIn(text: string): string[] {
  const stages: string[] = [];
  for (const token of marked.lexer(text)) {
    if (isNumbered(token)) stages.push(...token.items.map((item) => item.text));
    else if (stages.length > 0) stages.push(`${stages.pop()}${token.raw}`);
  }
  return stages.map((stage) => stage.trim());
}

function isNumbered(token: Token): token is Tokens.List {
  return token.type === "list" && token.ordered === true;
}

/**
 * The TODOs of a step in order, each with the file that it stands in. A file that has no place for a
 * region is a TODO as a whole.
 */
export function todosOf(step: Step): { name: string; file: string }[] {
  const todos: { name: string; file: string }[] = [];
  for (const file of step.edit) {
    const names = step.whole.includes(file)
      ? [`${step.number}.${todos.length + 1}`]
      : takeApart(readFileSync(join(folderInGit(step, "starter"), file), "utf8")).regions.map(
          ({ name }) => name,
        );
    todos.push(...names.map((name) => ({ name, file })));
  }
  return todos;
}
