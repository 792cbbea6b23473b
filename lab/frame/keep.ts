import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "../../workshop/catalog.ts";
import { UsageProblem } from "../../workshop/problems.ts";
import type { Experiment } from "./experiment.ts";
import { writeReport } from "./report.ts";
import { REPORTS, runsOf, Store } from "./store.ts";

/** What of a result is kept in git: the page, its pictures, and the numbers with all samples. */
const KEPT = /^report\.md$|^result\.json$|\.svg$/;

/**
 * Copies the report of the latest finished run of an experiment to where reports are committed, in the
 * place of the one before, and says where.
 *
 * @throws UsageProblem when no run of it has come to its end.
 */
export function keepReport(experiment: Experiment): string {
  const { name } = experiment;
  const stores = runsOf(name).map((folder) => Store.open(folder));
  const latest = stores.findLast(({ info }) => info.finishedAt !== undefined);
  if (!latest) {
    throw new UsageProblem(`There is no finished run of ${name} to keep: npm run lab ${name}`);
  }
  // The samples are as they were; how they are shown may have changed since.
  writeReport(experiment, latest);
  const folder = join(REPORTS, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(latest.folder).filter((each) => KEPT.test(each))) {
    cpSync(join(latest.folder, file), join(folder, file));
  }
  return relative(root, folder);
}
