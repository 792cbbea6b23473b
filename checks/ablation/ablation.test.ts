import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test as base } from "vitest";
import { root } from "../../workshop/catalog.ts";
import { ablation, nameOf } from "./cells.ts";
import { claimsOf, deviations } from "./figures.ts";
import { keptPage, READMES, TABLE, tableIn } from "./keep.ts";
import { measure, SHORT } from "./measure.ts";
import { openAblationStage, type AblationStage } from "./stage.ts";
import { figuresOf, readTable } from "./table.ts";

/** Four workers come up, clients and pages come; on a busy machine. In ms. */
const TIMEOUT = 180_000;

const test = base.extend<{ $file: { stage: AblationStage } }>({
  stage: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the wanted fixtures off this pattern
    async ({}, use) => {
      await using stage = await openAblationStage();
      await use(stage);
    },
    { scope: "file" },
  ],
});

describe("the table of the ablation", () => {
  const table = readFileSync(TABLE, "utf8");

  test("is the page that its figures give", () => {
    expect(table).toBe(keptPage("en"));
  });

  test.each(READMES)("stands in $file as it is kept", ({ file, language }) => {
    expect(tableIn(readFileSync(join(root, file), "utf8"))).toBe(keptPage(language).trim());
  });

  test.for(ablation.map((cell) => [nameOf(cell), cell] as const))(
    "says of %s what must hold",
    ([name, cell]) => {
      expect(claimsOf(figuresOf(readTable(table).get(name) ?? []))).toEqual(cell.claims);
    },
  );
});

describe("and so it is, with fewer clients", { timeout: TIMEOUT }, () => {
  test.for(ablation.map((cell) => [nameOf(cell), cell] as const))(
    "%s",
    async ([, cell], { stage }) => {
      expect(deviations(await measure(stage, cell, SHORT), cell.claims)).toEqual([]);
    },
  );
});
