import { describe, expect, test } from "vitest";
import type { Machine } from "../../workshop/verify/machine.ts";
import { ablation, nameOf, type Claims } from "./cells.ts";
import { claimsOf, deviations, shareOf, type Count, type Figures } from "./figures.ts";
import { tableIn, withTable } from "./keep.ts";
import { figuresOf, pageOf, readTable, rowsOf, textOfTable } from "./table.ts";

const count = (held: number, of: number): Count => ({ held, of });

const FIGURES: Figures = {
  byDefault: count(40, 40),
  webSocket: count(40, 40),
  polling: count(0, 40),
  messages: count(16, 64),
  pages: count(10, 10),
};
const CLAIMS: Claims = {
  byDefault: "all",
  webSocket: "all",
  polling: "none",
  messages: "some",
  pages: "all",
};
const machine: Machine = {
  system: "Debian",
  cpu: "x",
  cores: 2,
  memory: 1,
  versions: {
    node: "20.20.2",
    pm2: "7.0.4",
    "socket.io": "4.8.4",
    "redis-server": "7.0.15",
    chromium: "156.0.8078",
  },
};
const date = new Date("2026-11-24");

/** A report in which all cells have these figures. */
const rows = rowsOf(
  ablation.map((cell) => ({
    kind: "ablation",
    name: nameOf(cell),
    fingerprint: "f",
    runs: [{ outcome: "held", ms: 1, figures: FIGURES }],
  })),
);

describe("figures are taken for", () => {
  test.each<[number, number, string]>([
    [40, 40, "all"],
    [39, 40, "some"],
    [6, 40, "some"],
    [5, 40, "none"],
    [0, 40, "none"],
    [0, 0, "none"],
  ])("%i of %i: %s", (held, of, share) => {
    expect(shareOf(count(held, of))).toBe(share);
  });

  test("what they show, whatever the numbers", () => {
    expect(claimsOf(FIGURES)).toEqual(CLAIMS);
    expect(claimsOf({ ...FIGURES, messages: count(1, 1), pages: count(9, 10) })).toEqual({
      ...CLAIMS,
      messages: "nobody",
      pages: "not all",
    });
  });
});

test("what is not as it must be is named, with the reason where there is one", () => {
  const figures: Figures = {
    ...FIGURES,
    byDefault: { ...count(39, 40), reasons: ["1 × xhr poll error"] },
    messages: count(64, 64),
  };

  expect(deviations(figures, CLAIMS)).toEqual([
    "clients by default that connect: 39 of 40, and not all (1 × xhr poll error)",
    "messages that arrive: 64 of 64, and not some",
  ]);
  expect(deviations(FIGURES, CLAIMS)).toEqual([]);
});

describe("the table", () => {
  test("fits 100 columns of a terminal, but for what it was measured on", () => {
    const lines = textOfTable(rows, machine, date).split("\n").slice(0, -1);

    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test("has a row for each cell, which can be read back", () => {
    const table = readTable(pageOf(rows, machine, date));

    expect([...table.keys()]).toEqual(ablation.map(nameOf));
    for (const texts of table.values()) expect(figuresOf(texts)).toEqual(FIGURES);
  });

  test("says with which versions, and by which command", () => {
    expect(pageOf(rows, machine, date)).toContain(
      "`npm run verify -- --ablation`. Four workers under pm2 7.0.4, Node 20.20.2, Socket.IO 4.8.4, Redis 7.0.15, Chromium 156.0.8078; 24 November 2026.",
    );
    expect(pageOf(rows, machine, date, "ja")).toContain("ワーカーは 4 つ、2026 年 11 月 24 日。");
  });

  test("takes the place of another in a text", () => {
    const text = "before\n\n<!-- ablation -->\n\nold\n\n<!-- /ablation -->\n\nafter\n";
    const other = withTable(text, "new\n");

    expect(other).toBe("before\n\n<!-- ablation -->\n\nnew\n\n<!-- /ablation -->\n\nafter\n");
    expect(tableIn(other)).toBe("new");
  });

  test("has no place in a text without the marks", () => {
    expect(() => withTable("nothing", "new")).toThrow("The text has no <!-- ablation -->");
  });
});
