import { describe, expect, test } from "vitest";
import { steps, type Step } from "../catalog.ts";
import { UsageProblem } from "../problems.ts";
import { defaultLanes, planOf, type Typed } from "./plan.ts";
import { beginReport, type Report } from "./report.ts";

const [third, fifth] = [steps[2] as Step, steps[4] as Step];
const all = steps.map(({ number }) => number);

const report = (more: Partial<Report> = {}): Report => ({
  ...beginReport({
    machine: { system: "s", cpu: "c", cores: 2, memory: 1, versions: {} },
    commit: { hash: "abc", changed: 0 },
    wish: { steps: [3], ablation: false, full: true, repeat: 10, load: true },
    lanes: 1,
  }),
  ...more,
});

const wishOf = (numbers: Step[], typed: Typed = {}) => planOf(numbers, typed, () => undefined).wish;

describe("what is typed makes a plan", () => {
  test("nothing: all steps, and the ablation", () => {
    expect(wishOf([])).toEqual({ steps: all, ablation: true, full: false, repeat: 1, load: false });
  });

  test("numbers: these steps, each once", () => {
    expect(wishOf([fifth, third, fifth])).toMatchObject({ steps: [5, 3], ablation: false });
  });

  test("--ablation: that alone", () => {
    expect(wishOf([], { ablation: true })).toMatchObject({ steps: [], ablation: true });
  });

  test("--repeat, --load and --full", () => {
    expect(wishOf([third], { repeat: "10", load: true, full: true })).toMatchObject({
      repeat: 10,
      load: true,
      full: true,
    });
  });

  test("--resume: what the report was asked for", () => {
    const before = report();
    const plan = planOf([], { resume: true, lanes: "2" }, () => before);

    expect(plan).toMatchObject({ wish: before.wish, lanes: 2, resumed: before });
  });

  test("no --lanes: one for two cores, and never none", () => {
    expect([1, 2, 3, 4, 8].map(defaultLanes)).toEqual([1, 1, 1, 2, 4]);
  });
});

describe("what makes no sense is refused in one line", () => {
  test.each<[string, Step[], Typed, Report | undefined]>([
    ["--repeat 0", [], { repeat: "0" }, undefined],
    ["--repeat half", [], { repeat: "0.5" }, undefined],
    ["--repeat many", [], { repeat: "many" }, undefined],
    ["--lanes 0", [], { lanes: "0" }, undefined],
    ["--write without --ablation", [], { write: true }, undefined],
    ["--ablation of a step", [third], { ablation: true }, undefined],
    ["--resume without a report", [], { resume: true }, undefined],
    ["--resume of a step", [third], { resume: true }, report()],
    ["--resume with other wishes", [], { resume: true, repeat: "3" }, report()],
  ])("%s", (_, numbers, typed, before) => {
    const plan = () => planOf(numbers, typed, () => before);

    expect(plan).toThrow(UsageProblem);
    expect(plan).toThrow(/^[^\n]+$/);
  });
});
