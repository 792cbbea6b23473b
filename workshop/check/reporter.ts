import type { Reporter, TestCase, TestModule } from "vitest/node";
import { FAULT } from "./fault.ts";
import { outcomeOf, type CheckResult, type ToCome } from "./verdict.ts";

/** Turns what vitest reports of a run into the results of checks, as they come. */
export class ResultReporter implements Reporter {
  #tell: (result: CheckResult) => void = () => {};
  #collected = () => {};
  #isBlocked = false;
  #toCome: ToCome = { quick: 0, faults: 0 };
  readonly #told = new Set<string>();

  /**
   * A new run: what the last one has found says nothing about it. `collected` is called when it is known
   * which checks there are; their process can be told to cancel them from then on.
   */
  begin(tell: (result: CheckResult) => void, collected: () => void): void {
    this.#tell = tell;
    this.#collected = collected;
    this.#isBlocked = false;
    this.#told.clear();
  }

  onTestModuleCollected(module: TestModule): void {
    const tests = [...module.children.allTests()].filter(({ options }) => options.mode === "run");
    const faults = tests.filter(isFault).length;
    this.#toCome = { quick: tests.length - faults, faults };
    this.#collected();
  }

  onTestCaseResult(test: TestCase): void {
    const { state, errors } = test.result();
    if (state === "skipped" || state === "pending") return;
    const { quick, faults } = this.#toCome;
    this.#toCome = isFault(test) ? { quick, faults: faults - 1 } : { quick: quick - 1, faults };
    const outcome = outcomeOf(errors?.[0]);
    const blocks = outcome.finding?.blocks === true;
    const result: CheckResult = {
      title: test.name,
      ms: test.diagnostic()?.duration ?? 0,
      evidence: evidenceOf(test.meta()),
      toCome: this.#toCome,
      ...outcome,
    };
    // What the first of them has said, the others that rest on it need not say again.
    if (blocks && this.#isBlocked)
      Object.assign(result, { outcome: "skipped", finding: undefined });
    this.#isBlocked ||= blocks;
    if (result.problem && this.#told.has(result.problem.message)) result.problem = undefined;
    else if (result.problem) this.#told.add(result.problem.message);
    this.#tell(result);
  }

  onTestModuleEnd(module: TestModule): void {
    for (const error of module.errors()) {
      this.#tell({ title: "the checks can be loaded", ms: 0, evidence: [], ...outcomeOf(error) });
    }
  }
}

function isFault({ tags }: TestCase): boolean {
  return tags.includes(FAULT);
}

function evidenceOf(meta: object): string[] {
  return "evidence" in meta && Array.isArray(meta.evidence) ? meta.evidence.map(String) : [];
}
