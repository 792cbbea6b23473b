import colors from "picocolors";
import { wrap } from "../text.ts";
import { isSerious, type Probe } from "./probe.ts";

/** Which workshop it is: its version, and the commit where git can tell. */
export interface Edition {
  version: string;
  commit?: string | undefined;
}

/**
 * The report, as lines of plain text for a terminal or a bug report. Details are broken to the
 * width; what a reader may paste is not. With `offerFix` its last line names `--fix`, where that
 * has something to run.
 */
export function reportOf(
  { version, commit }: Edition,
  probes: readonly Probe[],
  { width, offerFix }: { width: number; offerFix: boolean },
): string[] {
  const column = Math.max(...probes.map(({ name }) => name.length)) + 4;
  return [
    colors.bold(`Broken Handshakes ${version}${commit ? ` (${commit})` : ""}`),
    "",
    ...probes.flatMap((probe) => [...entryOf(probe, column, width), ...mendsOf(probe)]),
    "",
    ...wrap(summaryOf(probes, offerFix), width),
  ];
}

function entryOf(probe: Probe, column: number, width: number): string[] {
  return wrap(probe.detail, width - column).map((part, at) =>
    at === 0
      ? `${markOf(probe)} ${probe.name.padEnd(column - 2)}${part}`
      : `${" ".repeat(column)}${part}`,
  );
}

function mendsOf({ state, mends = [] }: Probe): string[] {
  if (state === "ok") return [];
  return mends.map(({ text }, at) => `    ${(at === 0 ? "Mend it" : "or").padEnd(9)}${text}`);
}

function markOf(probe: Probe): string {
  if (probe.state === "ok") return colors.green("✓");
  return isSerious(probe) ? colors.yellow("!") : colors.dim("–");
}

function summaryOf(probes: readonly Probe[], offerFix: boolean): string {
  const serious = probes.filter(isSerious);
  if (serious.length === 0) return "Nothing that is needed now is missing.";
  const summary = `Needed: ${serious.map(({ name }) => name).join(", ")}.`;
  const canRun = serious.some(({ mends = [] }) => mends.some(({ argv }) => argv));
  return offerFix && canRun ? `${summary} \`npm run doctor -- --fix\` tries to mend it.` : summary;
}
