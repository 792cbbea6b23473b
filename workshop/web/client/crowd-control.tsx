import { useState } from "preact/hooks";
import type { CrowdState } from "../crowd-state.ts";
import type { BenchState, PageSocket, StepView } from "../protocol.ts";
import { ask } from "./ask.ts";
import { Button } from "./parts/button.tsx";
import "./crowd-control.css";

/** How many come at once. */
const MORE = 10;

export interface CrowdProps {
  socket: PageSocket;
  state: BenchState;
  /** The step that the person looks at, which is the one that runs, or none does. */
  step: StepView;
  /** Undefined until the server has told it for the first time. */
  crowd: CrowdState | undefined;
}

/** Opens clients beside the windows, says how they fare, and sends them away. */
export function CrowdControl({ socket, state, step, crowd }: CrowdProps) {
  const [problem, setProblem] = useState("");
  const isUp = state.session?.app.isUp === true;
  const { wanted = 0, limit = Infinity } = crowd ?? {};
  return (
    <div class="crowd" role="group" aria-label="The crowd">
      <Button
        act={() => {
          setProblem("");
          return ask(socket, () => socket.emitWithAck("crowdOpen", step.number, MORE));
        }}
        onProblem={setProblem}
        disabled={!isUp || wanted >= limit}
      >
        Open {MORE} more clients
      </Button>
      {crowd && wanted > 0 ? (
        <>
          <Button
            act={() => ask(socket, () => socket.emitWithAck("crowdClose"))}
            onProblem={setProblem}
            look="plain"
          >
            Send them away
          </Button>
          <Fare crowd={crowd} />
        </>
      ) : null}
      <p class="crowd-problem" role="status">
        {problem || (wanted >= limit ? `No more than ${limit} are opened.` : "")}
      </p>
    </div>
  );
}

function Fare({ crowd }: { crowd: CrowdState }) {
  const { wanted, connecting, connected, onWebSocket, failed, refused, problem } = crowd;
  return (
    <p class="crowd-fare">
      <strong>
        {connected} of {wanted} connected
      </strong>
      {connected > 0 ? `, ${onWebSocket} of them on WebSocket` : ""}
      {connecting > 0 ? `; ${connecting} on their way` : ""}
      {failed > 0 ? (
        <span class="crowd-failed" title={problem}>
          {`; ✕ ${failed} without a connection`}
        </span>
      ) : null}
      {refused > 0 ? (
        <span class="crowd-failed">{`; ✕ ${refused} times “Session ID unknown”`}</span>
      ) : null}
    </p>
  );
}
