import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { build, transform, type BuildFailure, type Loader, type Message } from "esbuild";
import { root, SERVER, type Step } from "../catalog.ts";
import type { CheckResult } from "./verdict.ts";

const TITLE = "the code can be read";

/** What a browser loads: its imports are addresses, and lead to no files. */
const PAGE = "public";
const LOADERS: Record<string, Loader> = {
  ts: "ts",
  mts: "ts",
  cts: "ts",
  js: "js",
  mjs: "js",
  cjs: "js",
};
/** A file that is not there, or that lacks something: no matter of its syntax. */
const IMPORT = /^(?:Could not resolve|No matching export)/;
/** What only a bundler cannot do. */
const BUNDLERS_OWN = /^No loader is configured|^Top-level await is currently not supported/;

/**
 * Reads a step's code before it is started: a slip of the pen need not wait until four workers have
 * died of it. It looks at what Node looks at when it loads a file: can it be parsed, do its imports
 * lead to files, and do these have what is asked of them?
 */
export async function readCode(step: Step, dir: string): Promise<CheckResult> {
  const start = performance.now();
  const slip = await findSlip(step, dir);
  const ms = performance.now() - start;
  if (!slip) return { title: TITLE, outcome: "passed", ms, evidence: [] };
  const { text, location } = slip;
  const file = location
    ? relative(dir, resolve(root, location.file)).replaceAll("\\", "/")
    : SERVER;
  const line = location?.line;
  return {
    title: TITLE,
    outcome: "not yet",
    ms,
    evidence: location ? [location.lineText, `${" ".repeat(location.column)}^`] : [],
    finding: {
      expected: `${basename(file)} to be a file that Node can load`,
      seen: `${IMPORT.test(text) ? "" : "SyntaxError: "}${text} (${file}${line ? `:${line}` : ""})`,
      look: { file, ...(line ? { line } : {}) },
      hint: text.startsWith("Could not resolve")
        ? "There is no such file. Its ending belongs to the name: ./name.ts"
        : undefined,
      blocks: true,
    },
  };
}

/** The first slip in what the server loads, or in what the learner writes beside it. */
async function findSlip(step: Step, dir: string): Promise<Message | undefined> {
  const pages = existsSync(join(dir, PAGE)) ? readdirSync(join(dir, PAGE)) : [];
  const beside = new Set([...step.edit, ...pages.map((name) => `${PAGE}/${name}`)]);
  beside.delete(SERVER);
  const slips = await Promise.all([
    existsSync(join(dir, SERVER)) ? slipInTree(dir) : undefined,
    ...[...beside].map((file) => slipInFile(dir, file)),
  ]);
  return slips.find((slip) => slip !== undefined);
}

/** Follows the imports from the server on; packages are left to Node. */
async function slipInTree(dir: string): Promise<Message | undefined> {
  const errors = await build({
    absWorkingDir: root,
    entryPoints: [join(dir, SERVER)],
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "esnext",
    write: false,
    logLevel: "silent",
  }).then(
    () => [],
    (failure: Partial<BuildFailure>) => failure.errors ?? [],
  );
  return errors.find(isSlip);
}

async function slipInFile(dir: string, file: string): Promise<Message | undefined> {
  const loader = LOADERS[/\.(\w+)$/.exec(file)?.[1] ?? ""];
  if (!loader || !existsSync(join(dir, file))) return undefined;
  const errors = await readFile(join(dir, file), "utf8")
    .then((code) => transform(code, { loader, sourcefile: join(dir, file) }))
    .then(
      () => [],
      (failure: Partial<BuildFailure>) => failure.errors ?? [],
    );
  return errors.find(isSlip);
}

function isSlip({ text }: Message): boolean {
  return !BUNDLERS_OWN.test(text);
}
