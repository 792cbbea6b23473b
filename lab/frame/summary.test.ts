import { describe, expect, test } from "vitest";
import { toAscii } from "../plot/ascii.ts";
import { plot } from "../plot/data.ts";
import { toSvg } from "../plot/svg.ts";
import { tiny } from "../testing/tiny.ts";
import type { Found, Observation } from "./experiment.ts";
import { reportOn } from "./report.ts";
import { summarize, withInterval, type Summary } from "./summary.ts";
import { rowsOf } from "./table.ts";

const at = { workers: 4, transports: "polling" };

function observed(measure: string, found: Omit<Found, "measure" | "at">): Observation {
  return { measure, at, round: 0, ...found };
}

function summaryOf(measure: string, found: Omit<Found, "measure" | "at">): Summary {
  const [summary] = summarize(tiny, [observed(measure, found)]).all;
  if (!summary) throw new Error("There is no summary.");
  return summary;
}

describe("what samples come to", () => {
  test("is called a range where they are few", () => {
    const { text, interval } = summaryOf("connect", { samples: [12, 10, 14] });

    expect(text).toBe("12.0 ms (range 10.0–14.0)");
    expect(interval).toBe("range");
  });

  test("has a 95 % interval where they are enough", () => {
    const { text, interval } = summaryOf("connect", { samples: [10, 11, 12, 13, 14, 15] });

    expect(text).toMatch(/^12\.0 ms \(1\d\.\d–1\d\.\d\)$/);
    expect(interval).toBe("bootstrap");
  });

  test("says how long was waited for what did not come", () => {
    const samples = [900, Infinity, Infinity];

    expect(summaryOf("connect", { samples, within: 2_500 }).text).toBe(
      "over 2500 ms (range 900–over 2500)",
    );
    expect(summaryOf("connect", { samples: [Infinity], within: 2_500 }).text).toBe("over 2500 ms");
    expect(summaryOf("connect", { samples: [Infinity] }).text).toBe("never");
    expect(summaryOf("connect", { samples }).text).toBe("never (range 900–never)");
    const mostly = [900, ...Array<number>(15).fill(Infinity)];
    expect(summaryOf("connect", { samples: mostly, within: 2_500 }).text).toBe("over 2500 ms");
  });

  test("is quoted as a share without its interval, and shown with it", () => {
    const summary = summaryOf("connected", { samples: [1, 0, 0, 0] });

    expect(summary.text).toBe("1 of 4");
    expect(withInterval(summary)).toBe("1 of 4 (5–70 %)");
  });

  test("has the worst lag of all visits beside it", () => {
    const visits = [3, 9, 4].map((lag) => observed("connect", { samples: [1], lag }));

    expect(summarize(tiny, visits).all[0]?.lag).toBe(9);
  });
});

describe("a figure", () => {
  const [share, time] = tiny.figures;

  function plotted(measure: string, found: Omit<Found, "measure" | "at">) {
    const figure = measure === "connected" ? share : time;
    const summaries = summarize(tiny, [observed(measure, found)]);
    const shown = figure && plot(tiny, figure, summaries);
    if (!shown) throw new Error("There is nothing to be seen.");
    return shown;
  }

  test.each([
    ["connected", [1, 0], "Bars: 95 % intervals (Wilson)."],
    ["connect", [1, 2, 3], "Bars: the range of the samples."],
    ["connect", [1, 2, 3, 4, 5, 6], "Bars: 95 % intervals (bootstrap)."],
    ["connect", [1], ""],
  ])("of %s %j calls its bars what they are", (measure, samples, bars) => {
    expect(plotted(measure, { samples }).bars).toBe(bars);
  });

  test("writes at its top how long was waited, and no greater number", () => {
    const shown = plotted("connect", { samples: [2_150, Infinity, Infinity], within: 2_200 });

    for (const drawn of [toAscii(shown, 80), toSvg(shown, "light")]) {
      expect(drawn).toContain("over 2200");
      // There is nothing above it.
      expect(drawn).not.toContain("2,500");
    }
  });

  test("has in its table how late the load was", () => {
    expect(rowsOf(plotted("connect", { samples: [7], lag: 3.21 }))).toEqual([
      ["workers", "4"],
      ["polling", "7 ms"],
      ["(the load's own lag, p99)", "3.21 ms"],
    ]);
  });
});

test("a report leaves out what does not count, and says so", () => {
  const late = observed("connect", { samples: [90], invalid: "the load generator was late" });
  const { summaries, invalid } = reportOn(tiny, [observed("connect", { samples: [7] }), late]);

  expect(summaries.all.map(({ text }) => text)).toEqual(["7 ms"]);
  expect(invalid).toEqual({ count: 1, of: 2, reasons: ["the load generator was late"] });
});
