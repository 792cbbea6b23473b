import { EXIT_CODES } from "./check/verdict.ts";
import { askYesNo, runAnnounced } from "./doctor/command.ts";
import { applyFixes, consentFor, manualFixes, type Fix } from "./doctor/fix.ts";
import { leftovers } from "./doctor/leftovers.ts";
import {
  isSerious,
  readEdition,
  reportOf,
  statusOf,
  type Requirement,
  type Status,
} from "./doctor/report.ts";
import { chromium, machine, node, packages, port } from "./doctor/requirements.ts";
import { nginx, redis } from "./doctor/servers.ts";
import { installingIsForbidden, readSystem, type System } from "./doctor/system.ts";
import { MachineProblem } from "./problems.ts";
import { clearRemains } from "./stage/run.ts";
import { columns } from "./text.ts";

/** What the report tells, in its order; what the fix of a later thing may need comes first. */
const requirements: readonly Requirement[] = [
  node,
  machine,
  packages,
  chromium,
  leftovers,
  port,
  redis,
  nginx,
];
/** What `npm test` cannot do without. */
const requirementsForTests: readonly Requirement[] = [chromium, redis, nginx];

/**
 * Prints what this machine has and lacks, with the command that fixes each lack. With `fix` it runs
 * those commands first, each announced; it clears away what dead runs have left, too.
 *
 * @returns the exit code: 0, or 3 when something is missing that steps or tests cannot do without.
 */
export async function runDoctor({ fix }: { fix: boolean }): Promise<number> {
  const system = readSystem();
  if (fix) await fixAll(system);
  const [edition, ...statuses] = await Promise.all([
    readEdition(),
    ...requirements.map((requirement) => statusOf(requirement, system)),
  ]);
  const report = reportOf(edition, statuses, { width: columns(), offerFix: !fix });
  console.log(report.join("\n"));
  return statuses.some(isSerious) ? EXIT_CODES["your machine"] : EXIT_CODES.passed;
}

/** What is optional is fixed only where nobody has to be asked. */
async function fixAll(system: System): Promise<void> {
  const cleared = await clearRemains();
  if (cleared.length) console.log(`Cleared away what dead runs had left: ${cleared.join(", ")}\n`);
  let refused = false;
  const tried = await applyFixes(
    requirements.map((requirement) => () => statusOf(requirement, system)),
    {
      run: runAnnounced,
      say: console.log,
      consents(fix, { name, required }) {
        if (installingIsForbidden()) refused = true;
        if (refused || (fix.asks && !required)) return false;
        return agree(fix, name, consentFor(fix, { ...system, always: false }));
      },
    },
  );
  if (refused) console.log("WORKSHOP_NO_INSTALL is set: nothing was installed.");
  for (const still of tried.filter(({ state }) => state === "unmet")) {
    const instead = manualFixes(still);
    console.log(`${still.name} is still missing.${instead ? ` Instead: ${instead}` : ""}`);
  }
  if (refused || tried.length) console.log("");
}

/**
 * Makes sure of what `npm test` needs, and prints nothing when it is there. In a terminal it asks
 * before it installs anything; elsewhere it installs what it can and says so.
 *
 * @throws MachineProblem, with what to type, when it is missing and may not or cannot be installed.
 */
export async function prepareForTests(): Promise<void> {
  const system = readSystem();
  for (const requirement of requirementsForTests) {
    const inspect = () => statusOf(requirement, system);
    const before = await inspect();
    if (before.state !== "unmet") continue;
    if (installingIsForbidden()) {
      throw new MachineProblem(
        `The tests need ${requirement.name}. ${before.detail} WORKSHOP_NO_INSTALL forbids to install it.`,
        everyFix(before),
      );
    }
    const [after] = await applyFixes([inspect], {
      run: runAnnounced,
      say: console.log,
      consents: (fix) => agree(fix, requirement.name, consentFor(fix, { ...system, always: true })),
    });
    if (after?.state === "ok") continue;
    throw new MachineProblem(
      `The tests need ${requirement.name}. ${(after ?? before).detail}`,
      (after && manualFixes(after)) || everyFix(after ?? before),
    );
  }
}

async function agree(
  { text }: Fix,
  name: string,
  consent: ReturnType<typeof consentFor>,
): Promise<boolean> {
  if (consent !== "ask") return consent === "run";
  return askYesNo(`${name} is missing. Install it with: ${text}?`);
}

function everyFix({ fixes = [] }: Pick<Status, "fixes">): string {
  return fixes.map(({ text }) => text).join(", or ");
}
