import { NotYet, type Finding } from "../../workshop/problems.ts";

/**
 * Asserts what must hold of the learner's app; the finding is what the learner reads otherwise.
 *
 * @throws NotYet
 */
export function must(holds: boolean, finding: Finding): asserts holds {
  if (!holds) throw new NotYet(finding);
}
