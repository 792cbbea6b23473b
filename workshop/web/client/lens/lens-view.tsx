import { useMemo } from "preact/hooks";
import type { PageSocket } from "../../protocol.ts";
import { ask } from "../ask.ts";
import { CrowdControl, type CrowdProps } from "../crowd-control.tsx";
import type { View } from "../route.ts";
import { Elsewhere } from "../views/elsewhere.tsx";
import { useModel } from "./hooks.ts";
import { Lens } from "./lens.tsx";
import { LensModel } from "./model.ts";

/** The lens of what runs, or of what ran last; at a step that this was not, it leads there. */
export function LensView({ view, ...props }: CrowdProps & { view: View }) {
  const model = useLens(props.socket);
  useModel(model);
  const { state, step } = props;
  const kept = state.steps.find(({ number }) => number === model.board.step?.number);
  if (!state.session && kept && kept.number !== step.number) {
    return <Elsewhere at={kept} step={step} view={view} isRunning={false} />;
  }
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
    clear: () => ask(socket, () => socket.emitWithAck("lensClear")),
  };
}
