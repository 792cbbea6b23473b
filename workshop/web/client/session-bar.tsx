import type { BenchState, SessionView, StepView } from "../protocol.ts";
import { ask } from "./ask.ts";
import { Button } from "./parts/button.tsx";
import { shortUrl } from "./parts/format.ts";
import { addressOf, type View } from "./route.ts";
import type { Bench } from "./use-bench.ts";

/** What runs, and how to start and stop it. */
export function SessionBar({
  bench,
  state,
  step,
  view,
}: {
  bench: Bench;
  state: BenchState;
  step: StepView;
  view: View;
}) {
  const { socket, say } = bench;
  const { session } = state;
  const onProblem = (text: string) => say(text, "bad");
  const isHere = session?.step === step.number;
  const start = () => ask(socket, () => socket.emitWithAck("start", step.number, "work"));
  const check = () => ask(socket, () => socket.emitWithAck("check", step.number));
  // A plain process that was killed stays so; pm2 would have started it anew.
  const hasEnded =
    session?.app.isUp === true &&
    session.state.phase === "waiting" &&
    bench.workers.length > 0 &&
    bench.workers.every(({ state: how }) => how === "stopped" || how === "errored");
  const isReady = session?.url !== undefined && session.state.phase !== "closing";
  return (
    <div class="session" aria-label="What runs" role="group">
      <p class="running" data-testid="running">
        <span class={`light ${hasEnded ? "bad" : lightOf(session)}`} aria-hidden="true" />
        <Running session={session} hasEnded={hasEnded} step={step} view={view} />
        {session?.url && session.app.isUp && (
          <a class="address" href={session.url} target="_blank" rel="noopener noreferrer">
            {shortUrl(session.url)}
          </a>
        )}
      </p>
      <div class="row">
        {!isHere && (
          <Button icon="play" look="main" act={start} onProblem={onProblem}>
            Start step {step.number}
          </Button>
        )}
        {isHere && (
          <Button icon="check" look="main" act={check} onProblem={onProblem} disabled={!isReady}>
            Check
          </Button>
        )}
        {session && (
          <Button
            icon="stop"
            act={() => ask(socket, () => socket.emitWithAck("stop", session.step))}
            onProblem={onProblem}
            disabled={session.state.phase === "closing"}
          >
            {isHere ? "Stop" : `Stop step ${session.step}`}
          </Button>
        )}
      </div>
    </div>
  );
}

/** What runs, in words; they lead there from any other step. */
function Running({
  session,
  hasEnded,
  step,
  view,
}: {
  session: SessionView | undefined;
  hasEnded: boolean;
  step: StepView;
  view: View;
}) {
  if (!session) return <span>Nothing runs</span>;
  const words = hasEnded ? `Step ${session.step}: no worker is left` : runningWords(session);
  if (session.step === step.number) return <span>{words}</span>;
  return <a href={addressOf(session.step, view)}>{words}</a>;
}

function lightOf(session: SessionView | undefined): string {
  if (!session) return "off";
  const { phase } = session.state;
  if (phase === "starting" || phase === "closing") return "busy";
  if (session.app.failure) return "bad";
  return session.app.isUp ? "on" : "busy";
}

export function runningWords({ step, code, app, state }: SessionView): string {
  const what = code === "work" ? `Step ${step}` : `Step ${step}, the solution`;
  const { phase, results, total } = state;
  if (phase === "closing") return `${what} ends…`;
  if (phase === "starting") return `${what} starts…`;
  if (phase === "checking") {
    return `${what}, checking ${results.length}${total ? ` of ${total}` : ""}`;
  }
  if (app.failure) return `${what}: the app is not up`;
  return app.isUp ? `${what} runs` : `${what}: the app starts…`;
}
