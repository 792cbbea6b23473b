import { basename, relative } from "node:path";
import { SERVER } from "../catalog.ts";
import { NotYet } from "../problems.ts";

/**
 * Makes a finding out of what a process printed as it died: the error, and the line of the learner's
 * file that it came from.
 */
export function explainCrash(text: string, dir: string): NotYet {
  const error = errorLine(text);
  const place = placeIn(text, dir);
  return new NotYet({
    expected: "the server to start",
    seen: `${error}${place ? ` (${place.file}:${place.line})` : ""}`,
    look: { file: place?.file ?? SERVER },
    hint: hintFor(error),
    blocks: true,
  });
}

/** `SyntaxError: …`, esbuild's `ERROR: …`, or else the last thing that was said. */
function errorLine(text: string): string {
  const esbuild = text.match(/:\d+:\d+: ERROR: ([^\n]+)/)?.[1];
  if (esbuild) return `SyntaxError: ${esbuild}`;
  const named = text.match(/^\s*(?:\w+:\s)?((?:[A-Z]\w*)?(?:Error|Exception)\b[^\n]*)/m)?.[1];
  return named?.trim() ?? text.trim().split("\n").at(-1)?.slice(0, 200) ?? "no reason";
}

/** The first place in the text that lies in the learner's folder. */
function placeIn(text: string, dir: string): { file: string; line: string } | undefined {
  for (const [, path = "", line = ""] of text.matchAll(
    /((?:file:\/\/|\/|[A-Z]:\\)[^\n()]*?):(\d+)/g,
  )) {
    const plain = path.startsWith("file:") ? decodeURIComponent(new URL(path).pathname) : path;
    const inside = relative(dir, plain);
    if (inside && !inside.startsWith("..") && !/node_modules/.test(inside)) {
      return { file: inside === basename(plain) ? inside : inside.replaceAll("\\", "/"), line };
    }
  }
  return undefined;
}

function hintFor(error: string): string | undefined {
  if (/EADDRINUSE/.test(error)) {
    return "Several processes want the same port. Only workers of one cluster can share it.";
  }
  if (/ERR_MODULE_NOT_FOUND|Cannot find (?:module|package)/.test(error)) {
    return "An import names something that is not there. File imports need their ending: ./name.ts";
  }
  return undefined;
}
