import { expect, test } from "vitest";
import { steps } from "../catalog.ts";
import { titlesIn, titlesOf } from "./titles.ts";

test("titles are found in a file of checks, whatever their quotes", () => {
  const source = `
    check("one, in short", {}, async () => {});
    check(
      'it says "two"',
      { hint: "check this" },
    );
    check(\`\${COUNT} of \${COUNT} clients (all)\`, {}, body);
    relayCheck("one of its own", {}, body);
    recheck("not one");
  `;

  expect(titlesIn(source).map(String)).toEqual([
    "/^one, in short$/",
    '/^it says "two"$/',
    String.raw`/^.+ of .+ clients \(all\)$/`,
    "/^one of its own$/",
  ]);
});

test.each(steps)("the checks of step $number have titles", (step) => {
  expect(titlesOf(step).length).toBeGreaterThan(2);
});
