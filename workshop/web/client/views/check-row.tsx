import type { CheckResult } from "../../../check/verdict.ts";
import type { StepView } from "../../protocol.ts";
import { duration } from "../parts/format.ts";
import { Traced } from "../parts/traced.tsx";

const SIGNS: Record<CheckResult["outcome"], string> = {
  passed: "✓",
  "not yet": "✗",
  "your machine": "!",
  inconclusive: "?",
  skipped: "–",
};

/** One check: what became of it, and all that it has to say when it does not hold. */
export function CheckRow({
  result,
  step,
  open,
}: {
  result: CheckResult;
  step: StepView;
  open: (file: string, line?: number) => void;
}) {
  const { title, outcome, ms, finding, problem, evidence } = result;
  const look = finding?.look;
  return (
    <li class={`result ${outcome.replaceAll(" ", "-")}`}>
      <p class="head">
        <span class="sign" aria-hidden="true">
          {SIGNS[outcome]}
        </span>
        <span class="unseen">{outcome}: </span>
        <span class="name">{title}</span>
        <span class="time">{outcome === "skipped" ? "not run yet" : duration(ms)}</span>
      </p>
      {finding && (
        <dl>
          <dt>Expected</dt>
          <dd>{finding.expected}</dd>
          <dt>Saw</dt>
          <dd class="seen">{finding.seen}</dd>
        </dl>
      )}
      {problem && (
        <p class="seen">
          {outcome === "your machine" ? problem.message : `Not judged: ${problem.message}`}
        </p>
      )}
      {evidence.length > 0 && (
        <pre class="evidence" tabIndex={0} role="group" aria-label="What was seen">
          <Traced text={evidence.join("\n")} />
        </pre>
      )}
      {(look || finding?.hint || problem?.remedy) && (
        <dl>
          {look && (
            <>
              <dt>Look at</dt>
              <dd>
                <button
                  type="button"
                  class="opener"
                  onClick={() => open(`work/${step.slug}/${look.file}`, look.line ?? 1)}
                >
                  {look.file}
                  {look.line ? `:${look.line}` : ""}
                </button>
                {look.todo && `, TODO ${look.todo}`}
              </dd>
            </>
          )}
          {finding?.hint && (
            <>
              <dt>Hint</dt>
              <dd>{finding.hint}</dd>
            </>
          )}
          {problem?.remedy && (
            <>
              <dt>Mend it</dt>
              <dd>{problem.remedy}</dd>
            </>
          )}
        </dl>
      )}
    </li>
  );
}
