import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { basename, isAbsolute, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../catalog.ts";
import { UsageProblem } from "../problems.ts";
import { findProgram } from "../stage/find-program.ts";

/** Editors with a window of their own, and how each is told the line. */
const EDITORS: Record<string, (file: string, line: number) => string[]> = {
  code: (file, line) => ["--goto", `${file}:${line}`],
  "code-insiders": (file, line) => ["--goto", `${file}:${line}`],
  codium: (file, line) => ["--goto", `${file}:${line}`],
  cursor: (file, line) => ["--goto", `${file}:${line}`],
  windsurf: (file, line) => ["--goto", `${file}:${line}`],
  webstorm: (file, line) => ["--line", String(line), file],
  idea: (file, line) => ["--line", String(line), file],
  zed: (file, line) => [`${file}:${line}`],
  subl: (file, line) => [`${file}:${line}`],
  mate: (file, line) => ["--line", String(line), file],
  gedit: (file, line) => [`+${line}`, file],
  kate: (file, line) => ["--line", String(line), file],
  gvim: (file, line) => [`+${line}`, file],
};

/** Which are looked for when `$VISUAL` and `$EDITOR` name none of those. */
const USUAL = ["code", "cursor", "webstorm"];

/** On Windows a command of npm's or an editor's is a script with such an ending. */
const ENDINGS = process.platform === "win32" ? [".cmd", ".exe", ".bat"] : [""];

export type Opened = { by: string } | { link: string; path: string };

/**
 * Opens a file of the clone in the person's editor. Where none is found, gives a link that VS Code
 * understands, and the path. (An editor that needs a terminal cannot be opened from a page.)
 *
 * @throws UsageProblem for what is no file of the clone.
 */
export function openInEditor(file: string, line: number): Opened {
  const path = insideClone(file);
  const at = Number.isInteger(line) && line > 0 ? line : 1;
  const [name, program] = findEditor() ?? [];
  const argumentsOf = name && EDITORS[name];
  if (!program || !argumentsOf) {
    const { pathname } = pathToFileURL(path);
    return { link: `vscode://file${pathname}:${at}`, path: relative(root, path) };
  }
  const isScript = /\.(cmd|bat)$/i.test(program);
  // What a script of Windows is handed goes through its shell.
  const quote = (text: string) => (isScript ? `"${text}"` : text);
  const editor = spawn(quote(program), argumentsOf(path, at).map(quote), {
    stdio: "ignore",
    detached: true,
    shell: isScript,
    windowsHide: true,
  });
  editor.on("error", () => {});
  editor.unref();
  return { by: name };
}

/**
 * The absolute path of a file of the clone.
 *
 * @throws UsageProblem for what is not there, or is elsewhere, also by way of a symbolic link.
 */
export function insideClone(file: string): string {
  const path = resolve(root, file);
  const isInside = (base: string, to: string) => {
    const way = relative(base, to);
    return way !== "" && !way.startsWith("..") && !isAbsolute(way);
  };
  if (isInside(root, path) && existsSync(path)) {
    if (isInside(realpathSync(root), realpathSync(path))) return path;
  }
  throw new UsageProblem(`There is no file ${file} in this clone.`);
}

function findEditor(): [name: string, program: string] | undefined {
  const { VISUAL, EDITOR } = process.env;
  for (const wanted of [VISUAL, EDITOR, ...USUAL]) {
    const [command = ""] = (wanted ?? "").split(/\s+(?=-)/);
    const name = basename(command).replace(/\.(cmd|exe|bat)$/i, "");
    if (!EDITORS[name]) continue;
    const program = findProgram(ENDINGS.map((ending) => `${withoutEnding(command)}${ending}`));
    if (program) return [name, program];
  }
  return undefined;
}

function withoutEnding(command: string): string {
  return process.platform === "win32" ? command.replace(/\.(cmd|exe|bat)$/i, "") : command;
}
