import { expect, test as base } from "vitest";
import { steps } from "../../workshop/catalog.ts";
import { cellsOf, type Cell } from "../../workshop/verify/cell.ts";
import { Lane } from "../../workshop/verify/lane.ts";

/** Every wait inside has a bound of its own; these are for bugs. In ms. */
const ONE_CHECK = 150_000;
const ALL_CHECKS = 300_000;
/**
 * From here on each answer starts four workers with a Redis, and many break something: some ten seconds of
 * both cores for each. Of these, npm test runs the first that must fail each check, where one must
 * (`checks/answers/unanswered.ts` says where none must yet), and one that passes.
 */
const HEAVY = 5;
const test = base.extend<{ $file: { lane: Lane } }>({
  lane: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the wanted fixtures off this pattern
    async ({}, use) => {
      await using lane = new Lane();
      await use(lane);
    },
    { scope: "file" },
  ],
});

/**
 * Declares a test for each cell of a step, as `npm run verify` runs it, but for what would take too long
 * where all tests run. That of the solution is left out: it is run as the step's checks. On an answer that
 * passes, the checks that break something on purpose are: they take up to two minutes, and wait for most of
 * it. And of the heavy steps' answers, most are.
 */
export function testMatrix(number: number): void {
  const step = steps.find((one) => one.number === number);
  if (!step) throw new Error(`There is no step ${number}.`);
  const cells = cellsOf(step).filter(({ kind }) => kind !== "solution");
  for (const cell of number < HEAVY ? cells : oneOfEach(cells)) {
    test(sentence(cell), { timeout: timeout(cell) }, async ({ lane }) => {
      const { outcome, problem } = await lane.run(cell, { withoutFaults: true });
      if (outcome !== "held") expect.fail(`${outcome}\n${problem}`);
    });
  }
}

/** The first of those that must fail the same check, and of those that must pass. */
function oneOfEach(cells: readonly Cell[]): Cell[] {
  const about = ({ kind, answer }: Cell) => `${kind} ${answer?.check ?? ""}`;
  return cells.filter(
    (cell, at) => cells.findIndex((other) => about(other) === about(cell)) === at,
  );
}

function sentence({ step: { number }, kind, name }: Cell): string {
  const short = name.replace(/^(wrong|right)-/, "");
  if (kind === "starter") return `the starter of step ${number} fails for its own reason`;
  if (kind === "wrong")
    return `a wrong answer of step ${number}: ${short} — is caught for its reason`;
  return `a right answer of step ${number}: ${short} — passes all that breaks nothing`;
}

function timeout({ kind }: Cell): number {
  return kind === "right" ? ALL_CHECKS : ONE_CHECK;
}
