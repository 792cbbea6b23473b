import { existsSync, readFileSync } from "node:fs";
import { basename, relative } from "node:path";
import { ECOSYSTEM, SERVER } from "../catalog.ts";
import { NotYet, type Finding } from "../problems.ts";

/**
 * Makes a finding out of what a process printed as it died: the error, and the line of the learner's
 * file that it came from.
 *
 * @param restarts how often it has died so far, if more than once
 */
export function explainCrash(text: string, dir: string, restarts = 0): NotYet {
  const said = withoutPm2(text);
  const error = errorLine(said);
  const place = placeIn(said, dir);
  const again = restarts > 0 ? `, again and again: ${restarts} restarts so far` : "";
  return new NotYet({
    expected: restarts > 0 ? "the server to stay alive" : "the server to start",
    seen: `${error}${place ? ` (${place.file}:${place.line})` : ""}${again}`,
    look: place ?? importIn(error, dir) ?? { file: SERVER },
    blocks: true,
    ...KNOWN.find(({ sign }) => sign.test(error))?.advice,
  });
}

/** Errors whose text does not say what to do about them. */
const KNOWN: { sign: RegExp; advice: Pick<Finding, "hint" | "look"> }[] = [
  {
    sign: /exit code 0$/,
    advice: {
      hint: "A server that listens does not end. Is httpServer.listen(PORT, …) still there?",
    },
  },
  {
    sign: /EADDRINUSE/,
    advice: {
      hint: "Something listens on that port already: a second listen(), or several processes that are not workers of one cluster.",
    },
  },
  {
    sign: /ECONNREFUSED.*:6379/,
    advice: {
      hint: "No Redis is there. Steps 1 to 4 need none, and from step 5 on REDIS_URL says where it is.",
    },
  },
  {
    sign: /Socket already opened/,
    advice: {
      hint: "One client of Redis is connected twice. Once is enough, at the start; and the one that subscribes must be another than the one that publishes.",
    },
  },
  {
    sign: /Object prototype may only be/,
    advice: {
      look: { file: SERVER },
      hint: "An adapter is made by a function that is to be called: createTolerantAdapter(publisher, subscriber, …).",
    },
  },
  {
    sign: /timeout reached: only/,
    advice: {
      hint: "serverSideEmitWithAck is rejected when a worker does not answer in time. serverSideEmit waits for nobody.",
    },
  },
  {
    sign: /ERR_MODULE_NOT_FOUND|Cannot find (?:module|package)/,
    advice: {
      hint: "An import names something that is not there. File imports need their ending: ./name.ts",
    },
  },
  {
    sign: /bad option/,
    advice: {
      look: { file: ECOSYSTEM },
      hint: 'node_args is a list with one word an item: ["--import", "tsx", "--unhandled-rejections=strict"].',
    },
  },
  {
    sign: /ERR_UNKNOWN_FILE_EXTENSION/,
    advice: {
      look: { file: ECOSYSTEM },
      hint: 'Node does not read TypeScript by itself: node_args: ["--import", "tsx", …] teaches it to.',
    },
  },
];

/** What Node and pm2 print around an error, which does not say what it is. */
const NOISE =
  /^\s*$|^\s+at |^Node\.js v|^\(Use `node|^\s*\^+\s*$|^node:internal|^\S*:\d+$|^\s*throw /;

/** What pm2 prints by itself where it does not find ts-node is nobody's fault. */
export function withoutPm2(text: string): string {
  return text.replace(/[^\n]*TypeScript support unavailable[^]*?\.js\)\s*/g, "");
}

/** `SyntaxError: …`, esbuild's `ERROR: …`, or else the last thing that was said and is no noise. */
function errorLine(text: string): string {
  const esbuild = text.match(/:\d+:\d+: ERROR: ([^\n]+)/)?.[1];
  if (esbuild) return `SyntaxError: ${esbuild}`;
  const thrown = text.match(/UnhandledPromiseRejection:.* with the reason "([^"]*)"/)?.[1];
  if (thrown) return `${thrown} (a text was thrown, and no Error)`;
  const named = text.match(/^\s*(?:\w+:\s)?((?:[A-Z]\w*)?(?:Error|Exception)\b[^\n]*)/m)?.[1];
  if (named) return named.trim();
  const said = text.split("\n").filter((line) => !NOISE.test(line));
  return said.at(-1)?.trim().slice(0, 200) || "no reason";
}

/** The learner's import that leads nowhere: Node names its file, and not its line. */
function importIn(error: string, dir: string): { file: string; line: number } | undefined {
  const [, what = "", path = ""] =
    /Cannot find (?:package|module) '(.+?)' imported from (.+)$/.exec(error) ?? [];
  const inside = path && relative(dir, path);
  if (!inside || inside.startsWith("..") || inside.includes("node_modules")) return undefined;
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  const line = lines.findIndex((text) => text.includes(basename(what))) + 1;
  return line > 0 ? { file: inside.replaceAll("\\", "/"), line } : undefined;
}

/** The first place in the text that lies in the learner's folder. */
function placeIn(text: string, dir: string): { file: string; line: number } | undefined {
  const places = text.matchAll(/((?:file:\/\/|\/|[A-Z]:\\)[^\n()]*?):(\d+)/g);
  for (const [, path = "", line = ""] of places) {
    const plain = path.startsWith("file:") ? decodeURIComponent(new URL(path).pathname) : path;
    const inside = relative(dir, plain);
    if (inside && !inside.startsWith("..") && !inside.includes("node_modules")) {
      return { file: inside.replaceAll("\\", "/"), line: Number(line) };
    }
  }
  return undefined;
}
