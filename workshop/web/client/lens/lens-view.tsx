import { useMemo } from "preact/hooks";
import type { PageSocket, ViewProps } from "../../protocol.ts";
import { CrowdControl } from "../crowd-control.tsx";
import { Lens } from "./lens.tsx";
import { LensModel } from "./model.ts";

/** The lens of the session that runs. */
export function LensView(props: ViewProps) {
  const model = useLens(props.socket);
  return (
    <Lens model={model}>
      <CrowdControl {...props} />
    </Lens>
  );
}

/** One a connection: whoever looks at something else in between finds it as they left it. */
const models = new WeakMap<PageSocket, LensModel>();

/** The lens that is fed by this connection. */
export function useLens(socket: PageSocket): LensModel {
  return useMemo(() => {
    const known = models.get(socket);
    if (known) return known;
    const model = new LensModel(sourceOf(socket));
    models.set(socket, model);
    socket.on("lens", (batch) => model.hear(batch));
    socket.on("connect", () => void model.refresh());
    if (socket.connected) void model.refresh();
    return model;
  }, [socket]);
}

function sourceOf(socket: PageSocket) {
  return {
    async snapshot() {
      const answer = await socket.timeout(5_000).emitWithAck("lensSnapshot");
      if (answer.ok) return answer.value;
      throw new Error(answer.problem);
    },
    clear: () =>
      void socket
        .timeout(5_000)
        .emitWithAck("lensClear")
        .catch(() => {}),
  };
}
