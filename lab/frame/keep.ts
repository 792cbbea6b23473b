import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "../../workshop/catalog.ts";
import { UsageProblem } from "../../workshop/problems.ts";
import { REPORTS, runsOf, Store } from "./store.ts";

/** What of a result is kept in git: the page, its pictures, and the numbers with all samples. */
const KEPT = /^report\.md$|^result\.json$|\.svg$/;

/**
 * Copies the report of the latest finished run of an experiment to where reports are committed, in the
 * place of the one before, and says where.
 *
 * @throws UsageProblem when no run of it has come to its end.
 */
export function keepReport(experiment: string): string {
  const latest = runsOf(experiment).findLast((folder) => Store.open(folder).info.finishedAt);
  if (!latest) {
    throw new UsageProblem(
      `There is no finished run of ${experiment} to keep: npm run lab ${experiment}`,
    );
  }
  const folder = join(REPORTS, experiment);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(latest).filter((file) => KEPT.test(file))) {
    cpSync(join(latest, name), join(folder, name));
  }
  return relative(root, folder);
}
