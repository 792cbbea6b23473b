import type { StepView } from "../../protocol.ts";
import { addressOf, type View } from "../route.ts";

/**
 * Stands where a view would show what runs, at a step that does not run: nothing is shown and nothing
 * is done under the name of another step.
 */
export function Elsewhere({
  at,
  step,
  view,
  isRunning,
}: {
  /** The step that there is something to see of. */
  at: Pick<StepView, "number" | "title">;
  /** The step that the person looks at. */
  step: StepView;
  view: View;
  /** Whether that step runs; otherwise it was the last one that did. */
  isRunning: boolean;
}) {
  return (
    <div class="elsewhere" data-testid="elsewhere">
      <p>
        <b>
          Step {at.number} {isRunning ? "runs" : "ran last"}, not step {step.number}.
        </b>{" "}
        {isRunning
          ? `One step runs at a time: starting step ${step.number} ends step ${at.number}.`
          : "The lens has kept what happened in it until another step is started."}
      </p>
      <a class="button main" href={addressOf(at.number, view)}>
        Go to step {at.number}: {at.title}
      </a>
    </div>
  );
}
