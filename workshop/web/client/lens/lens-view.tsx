import { useEffect, useMemo } from "preact/hooks";
import type { PageSocket, ViewProps } from "../../protocol.ts";
import { Lens } from "./lens.tsx";
import { LensModel } from "./model.ts";

/** The lens of the session that runs. */
export function LensView({ socket }: ViewProps) {
  const model = useLens(socket);
  return <Lens model={model} />;
}

/** A lens that is fed by the server, for as long as it is on the page. */
export function useLens(socket: PageSocket): LensModel {
  const model = useMemo(() => new LensModel(sourceOf(socket)), [socket]);
  useEffect(() => {
    const refresh = () => void model.refresh();
    const hear = model.hear.bind(model);
    socket.on("lens", hear);
    socket.on("connect", refresh);
    if (socket.connected) refresh();
    return () => {
      socket.off("lens", hear);
      socket.off("connect", refresh);
    };
  }, [model, socket]);
  return model;
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
