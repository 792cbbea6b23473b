import { eventually } from "../../workshop/stage/until.ts";
import type { Trace } from "../../workshop/trace/collector.ts";
import type { TracedRequest } from "../../workshop/trace/events.ts";
import { line } from "../../workshop/trace/line.ts";
import { NotYet } from "../../workshop/problems.ts";
import type { ChatClient } from "./clients.ts";
import { onForward } from "./relay-seen.ts";

/** How long a client may take to upgrade, in ms; measured: 20. */
const UPGRADED_WITHIN = 5_000;

/**
 * Waits until a client that began with polling is on a WebSocket; gives that request as the worker
 * saw it that took it.
 *
 * @throws NotYet when it has not come to that within 5 s.
 */
export async function upgraded(trace: Trace, client: ChatClient): Promise<TracedRequest> {
  const sid = client.sid() ?? "";
  const request = () => trace.of(sid).find(({ upgrade, relayed }) => upgrade && !relayed);
  const transport = () => client.socket.io.engine.transport.name;
  await eventually(
    () => transport() === "websocket" && request() !== undefined,
    (holds) => holds,
    UPGRADED_WITHIN,
  );
  const found = request();
  if (found && transport() === "websocket") return found;
  throw new NotYet({
    expected: "a client with default transports to end on a WebSocket",
    seen: `one on ${transport()}${found ? `:  ${line(found, trace)}` : ", and no request for an upgrade"}`,
    look: onForward,
    hint: found
      ? "From the moment that the owner accepts the tunnel, what either side says goes to the other: both ways, and byte for byte."
      : "The upgrade did not come to any worker.",
  });
}
