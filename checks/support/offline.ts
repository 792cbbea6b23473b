import type { Page } from "playwright";
import { until } from "../../workshop/stage/until.ts";
import { onClient } from "./history-seen.ts";

/** How long a page may take to let somebody type again, in ms. */
const READY_WITHIN = 2_000;

/** A page without a connection must take what is typed, and keep it until it has one. @throws NotYet */
export async function mustTakeWhatIsTyped(page: Page): Promise<void> {
  await until(() => page.getByTestId("send").isEnabled(), Boolean, {
    within: READY_WITHIN,
    otherwise: () => ({
      expected: "what is typed without a connection to wait on the page",
      seen: "that the page takes nothing while it has none",
      look: onClient,
      hint: "The page queues what it says when its client sends again what is not acknowledged: retries, and ackTimeout.",
    }),
  });
}
