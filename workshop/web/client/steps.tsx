import type { BenchState, StepView } from "../protocol.ts";
import { Icon } from "./parts/icon.tsx";
import { addressOf, type View } from "./route.ts";

/** The nine steps as one way, with how far the person has come. */
export function Steps({ state, step, view }: { state: BenchState; step: StepView; view: View }) {
  const passed = state.steps.filter(({ progress }) => progress.passed).length;
  return (
    <nav class="steps" aria-label="Steps">
      <p class="caption">
        <b>{passed}</b> of {state.steps.length} passed
      </p>
      <ol>
        {state.steps.map((each) => (
          <li key={each.number} class={classOf(each, state)}>
            <a
              href={addressOf(each.number, view)}
              aria-current={each.number === step.number ? "step" : undefined}
            >
              <span class="stop">{each.progress.passed ? <Icon name="check" /> : each.number}</span>
              <span class="words">
                <span class="name">
                  <span class="unseen">Step {each.number}: </span>
                  {each.title}
                </span>
                <small>{saidOf(each, state)}</small>
              </span>
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function classOf({ number, progress }: StepView, { session }: BenchState): string {
  const how = progress.passed ? "passed" : progress.begun ? "begun" : "ahead";
  return session?.step === number ? `${how} runs` : how;
}

function saidOf({ number, progress }: StepView, { session, next }: BenchState): string {
  const { passed, begun, attempts } = progress;
  const checks = attempts === 1 ? "1 check" : `${attempts} checks`;
  const how = passed ? `passed after ${checks}` : begun ? `begun, ${checks} so far` : undefined;
  const now = session?.step === number ? "runs" : undefined;
  const said = [now, how].filter(Boolean).join(" · ");
  return said || (number === next ? "next" : "");
}
