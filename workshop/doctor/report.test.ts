import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { reportOf, type RequirementStatus } from "./report.ts";

const argv = ["npx", "playwright", "install", "--with-deps", "chromium"];
const node: RequirementStatus = {
  name: "Node",
  required: true,
  state: "ok",
  detail: "20.20.2, npm 11.19.1",
};
const chromium: RequirementStatus = {
  name: "Chromium",
  required: true,
  state: "unmet",
  detail: "No Chromium or Chrome was found; the browser checks need one.",
  fixes: [
    { text: argv.join(" "), argv, asks: false },
    { text: "set CHROMIUM_PATH to a Chrome or Chromium", asks: false },
  ],
};
const nginx: RequirementStatus = {
  name: "nginx",
  required: false,
  state: "unmet",
  detail: "not found",
};

test("a report can be read at 60 columns", () => {
  expect(textOf([node, chromium, nginx])).toBe(
    `
Broken Handshakes 0.1.0 (3132fc8)

✓ Node      20.20.2, npm 11.19.1
! Chromium  No Chromium or Chrome was found; the browser
            checks need one.
    Mend it  npx playwright install --with-deps chromium
    or       set CHROMIUM_PATH to a Chrome or Chromium
– nginx     not found

Needed: Chromium. \`npm run doctor -- --fix\` tries to mend
it.`.trimStart(),
  );
});

test("a report without serious lacks says so", () => {
  expect(textOf([node, nginx])).toMatch(/\n\nNothing that is needed now is missing\.$/);
});

test("a report after --fix does not send people there again", () => {
  expect(textOf([chromium], { offerFix: false })).toMatch(/\n\nNeeded: Chromium\.$/);
});

test("a report without git has no commit", () => {
  const [header] = reportOf({ version: "0.1.0" }, [node], { width: 60, offerFix: true });

  expect(stripVTControlCharacters(header ?? "")).toBe("Broken Handshakes 0.1.0");
});

function textOf(statuses: readonly RequirementStatus[], { offerFix } = { offerFix: true }): string {
  const edition = { version: "0.1.0", commit: "3132fc8" };
  const lines = reportOf(edition, statuses, { width: 60, offerFix });
  return stripVTControlCharacters(lines.join("\n"));
}
