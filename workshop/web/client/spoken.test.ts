import { expect, test } from "vitest";
import type { CheckResult } from "../../check/verdict.ts";
import { spokenAfter } from "./spoken.ts";

const result = (title: string, outcome: CheckResult["outcome"]): CheckResult => ({
  title,
  outcome,
  ms: 1,
  evidence: [],
});

test("a check that does not hold is said", () => {
  const said = spokenAfter("", result("four workers share one port", "not yet"));

  expect(said).toBe("not yet: four workers share one port");
});

test.each(["passed", "skipped"] as const)(
  "one that is %s leaves what was said before",
  (outcome) => {
    const said = spokenAfter("not yet: four workers", result("a client connects", outcome));

    expect(said).toBe("not yet: four workers");
  },
);
