import { EXIT_CODES } from "./check/verdict.ts";
import { runAnnounced } from "./doctor/announced.ts";
import { chromium } from "./doctor/chromium.ts";
import { readEdition } from "./doctor/edition.ts";
import { clearLeftovers, leftovers } from "./doctor/leftovers.ts";
import { machine } from "./doctor/machine.ts";
import type { Mend } from "./doctor/mend.ts";
import { node } from "./doctor/node.ts";
import { packages } from "./doctor/packages.ts";
import { port } from "./doctor/port.ts";
import { isSerious, probe, type Exam, type Probe } from "./doctor/probe.ts";
import { nginx, redis } from "./doctor/program.ts";
import { askYesNo } from "./doctor/question.ts";
import { reportOf } from "./doctor/report.ts";
import { installingIsForbidden, readSystem, type System } from "./doctor/system.ts";
import { alternativesTo, consentFor, treat } from "./doctor/treatment.ts";
import { MachineProblem } from "./problems.ts";
import { columns } from "./text.ts";

/** Everything that the report tells, in its order; what mends a later thing may need comes first. */
const exams: readonly Exam[] = [node, machine, packages, chromium, leftovers, port, redis, nginx];
/** What `npm test` cannot do without. */
const examsForTests: readonly Exam[] = [chromium];

/**
 * Prints what this machine has and lacks, with the command that mends each lack. With `fix` it runs
 * those commands first, each announced; it clears away what dead runs have left, too.
 *
 * @returns the exit code: 0, or 3 when something is missing that steps or tests cannot do without.
 */
export async function runDoctor({ fix }: { fix: boolean }): Promise<number> {
  const system = readSystem();
  if (fix) await mendAll(system);
  const [edition, ...probes] = await Promise.all([
    readEdition(),
    ...exams.map((exam) => probe(exam, system)),
  ]);
  const report = reportOf(edition, probes, { width: columns(), offerFix: !fix });
  console.log(report.join("\n"));
  return probes.some(isSerious) ? EXIT_CODES["your machine"] : EXIT_CODES.passed;
}

/** What is optional is mended only where nobody has to be asked. */
async function mendAll(system: System): Promise<void> {
  const cleared = await clearLeftovers();
  if (cleared.length) console.log(`Cleared away what dead runs had left: ${cleared.join(", ")}\n`);
  let refused = false;
  const treated = await treat(
    exams.map((exam) => () => probe(exam, system)),
    {
      run: runAnnounced,
      say: console.log,
      consents(mend, { name, required }) {
        if (installingIsForbidden()) refused = true;
        if (refused || (mend.asks && !required)) return false;
        return agree(mend, name, consentFor(mend, { ...system, always: false }));
      },
    },
  );
  if (refused) console.log("WORKSHOP_NO_INSTALL is set: nothing was installed.");
  for (const still of treated.filter(({ state }) => state === "lack")) {
    const instead = alternativesTo(still);
    console.log(`${still.name} is still missing.${instead ? ` Instead: ${instead}` : ""}`);
  }
  if (refused || treated.length) console.log("");
}

/**
 * Makes sure of what `npm test` needs, and prints nothing when it is there. In a terminal it asks
 * before it installs anything; elsewhere it installs what it can and says so.
 *
 * @throws MachineProblem, with what to type, when it is missing and may not or cannot be installed.
 */
export async function prepareForTests(): Promise<void> {
  const system = readSystem();
  for (const exam of examsForTests) {
    const look = () => probe(exam, system);
    const before = await look();
    if (before.state !== "lack") continue;
    if (installingIsForbidden()) {
      throw new MachineProblem(
        `The tests need ${exam.name}. ${before.detail} WORKSHOP_NO_INSTALL forbids to install it.`,
        everyMend(before),
      );
    }
    const [after] = await treat([look], {
      run: runAnnounced,
      say: console.log,
      consents: (mend) => agree(mend, exam.name, consentFor(mend, { ...system, always: true })),
    });
    if (after?.state === "ok") continue;
    throw new MachineProblem(
      `The tests need ${exam.name}. ${(after ?? before).detail}`,
      (after && alternativesTo(after)) || everyMend(after ?? before),
    );
  }
}

async function agree(
  { text }: Mend,
  name: string,
  consent: ReturnType<typeof consentFor>,
): Promise<boolean> {
  if (consent !== "ask") return consent === "run";
  return askYesNo(`${name} is missing. Install it with: ${text}?`);
}

function everyMend({ mends = [] }: Probe): string {
  return mends.map(({ text }) => text).join(", or ");
}
