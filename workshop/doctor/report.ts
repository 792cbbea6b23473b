import { readFileSync } from "node:fs";
import { join } from "node:path";
import colors from "picocolors";
import { root } from "../catalog.ts";
import { wrap } from "../text.ts";
import { runCommand } from "./command.ts";
import type { Fix } from "./fix.ts";
import type { System } from "./system.ts";

/** One thing that the workshop needs or uses, and how to look at it. */
export interface Requirement {
  name: string;
  /** Whether steps or tests fail without it. */
  required: boolean;
  inspect(system: System): Promise<Status>;
}

/** How it stands with a requirement. */
export interface Status {
  /** `note`: worth knowing, and nothing to fix. */
  state: "ok" | "unmet" | "note";
  /** Version and path, or what is the matter; a further line says more. */
  detail: string;
  /** What fixes it on this system, the best first. */
  fixes?: readonly Fix[] | undefined;
}

/** One entry of the report. */
export interface RequirementStatus extends Status {
  name: string;
  required: boolean;
}

/** Which workshop it is: its version, and the commit where git can tell. */
export interface Edition {
  version: string;
  commit?: string | undefined;
}

interface Manifest {
  /** The workshop's version. */
  version: string;
  /** The oldest Node that will do: `20.19`. */
  oldestNode: string;
}

/** Looks at one thing. */
export async function statusOf(
  { name, required, inspect }: Requirement,
  system: System,
): Promise<RequirementStatus> {
  return { name, required, ...(await inspect(system)) };
}

/** Whether the workshop cannot work like this. */
export function isSerious({ state, required }: RequirementStatus): boolean {
  return state === "unmet" && required;
}

/** What package.json says about the workshop. */
export function readManifest(): Manifest {
  const { version, engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return { version: String(version), oldestNode: String(engines?.node).replace(/^>=\s*/, "") };
}

/** The edition of this clone. Without git, or outside a repository, there is no commit. */
export async function readEdition(): Promise<Edition> {
  const { ok, output } = await runCommand(["git", "rev-parse", "--short", "HEAD"], {
    within: 5_000,
  });
  const commit = output.trim();
  const { version } = readManifest();
  return ok && /^[0-9a-f]+$/.test(commit) ? { version, commit } : { version };
}

/**
 * The report, as lines of plain text for a terminal or a bug report. Details are broken to the
 * width; what a reader may paste is not. With `offerFix` its last line names `--fix`, where that
 * has something to run.
 */
export function reportOf(
  { version, commit }: Edition,
  statuses: readonly RequirementStatus[],
  { width, offerFix }: { width: number; offerFix: boolean },
): string[] {
  const column = Math.max(...statuses.map(({ name }) => name.length)) + 4;
  return [
    colors.bold(`Broken Handshakes ${version}${commit ? ` (${commit})` : ""}`),
    "",
    ...statuses.flatMap((status) => [...entryOf(status, column, width), ...fixesOf(status)]),
    "",
    ...wrap(summaryOf(statuses, offerFix), width),
  ];
}

function entryOf(status: RequirementStatus, column: number, width: number): string[] {
  return wrap(status.detail, width - column).map((part, at) =>
    at === 0
      ? `${markOf(status)} ${status.name.padEnd(column - 2)}${part}`
      : `${" ".repeat(column)}${part}`,
  );
}

function fixesOf({ state, fixes = [] }: Status): string[] {
  if (state === "ok") return [];
  return fixes.map(({ text }, at) => `    ${(at === 0 ? "Mend it" : "or").padEnd(9)}${text}`);
}

function markOf(status: RequirementStatus): string {
  if (status.state === "ok") return colors.green("✓");
  return isSerious(status) ? colors.yellow("!") : colors.dim("–");
}

function summaryOf(statuses: readonly RequirementStatus[], offerFix: boolean): string {
  const serious = statuses.filter(isSerious);
  if (serious.length === 0) return "Nothing that is needed now is missing.";
  const summary = `Needed: ${serious.map(({ name }) => name).join(", ")}.`;
  const canRun = serious.some(({ fixes = [] }) => fixes.some(({ argv }) => argv));
  return offerFix && canRun ? `${summary} \`npm run doctor -- --fix\` tries to mend it.` : summary;
}
