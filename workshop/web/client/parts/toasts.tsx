import type { Bench } from "../use-bench.ts";
import { Icon } from "./icon.tsx";

/** What a person should know now, at the edge of the page. */
export function Toasts({ notices, dismiss }: Pick<Bench, "notices" | "dismiss">) {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {notices.map(({ id, kind, text }) => (
        <div key={id} class={`toast ${kind}`}>
          <p>{text}</p>
          <button type="button" class="bare" aria-label="Close" onClick={() => dismiss(id)}>
            <Icon name="cross" />
          </button>
        </div>
      ))}
    </div>
  );
}
