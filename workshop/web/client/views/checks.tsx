import { useEffect, useRef, useState } from "preact/hooks";
import type { CheckResult, Verdict } from "../../../check/verdict.ts";
import type { SessionView } from "../../protocol.ts";
import { ask } from "../ask.ts";
import type { PlaceProps } from "../frame.tsx";
import { Button } from "../parts/button.tsx";
import { Confirm, type Question } from "../parts/confirm.tsx";
import { addressOf } from "../route.ts";
import { summaryOf } from "../spoken.ts";
import { useOpener } from "../use-opener.ts";
import { CheckRow } from "./check-row.tsx";
import { useKeptPanel, type Panel } from "./kept-panel.ts";
import { DiffPanel, HintPanel, ResetPanel, SolutionPanel } from "./panels.tsx";

/** The checks of a step as they run, and what helps when one does not hold. */
export function ChecksView(props: PlaceProps) {
  const { bench, step, session } = props;
  const { socket, say, announce } = bench;
  const { panel, show: setPanel, replace } = useKeptPanel(step.number);
  const [question, setQuestion] = useState<Question>();
  const shown = useRef<HTMLElement>(null);
  const open = useOpener(bench);
  const onProblem = (text: string) => say(text, "bad");
  const show = (what: Panel) => {
    setPanel(what);
    // When it is there.
    setTimeout(() => shown.current?.focus());
  };

  const hint = async () => {
    const told = await ask(socket, () => socket.emitWithAck("hint", step.number));
    show({ kind: "hint", hint: told });
  };
  const diffs = () => ask(socket, () => socket.emitWithAck("diff", step.number));
  const diff = async () => show({ kind: "diff", diffs: await diffs() });
  useEffect(() => {
    // A difference of what was saved since, or while it was out of sight, is another one.
    if (panel?.kind !== "diff") return;
    diffs().then(
      (now) => replace(panel, { kind: "diff", diffs: now }),
      () => {},
    );
  }, [session?.state.began]);
  const solution = async (isSure = false) => {
    const files = await ask(socket, () => socket.emitWithAck("solution", step.number, isSure));
    if (files !== "ask") return show({ kind: "solution", files });
    setQuestion({
      text: "Show the solution before you have passed?",
      yes: "Show it",
      act: () => void solution(true).catch((error: Error) => onProblem(error.message)),
    });
  };
  const reset = async () => {
    setQuestion({
      text: `Put your copy of step ${step.number} back to the starter? Yours goes into a backup.`,
      yes: "Put it back",
      act: () =>
        void ask(socket, () => socket.emitWithAck("reset", step.number)).then(
          (told) => {
            show({ kind: "reset", told });
            announce(told.text);
          },
          (error: Error) => onProblem(error.message),
        ),
    });
  };
  const undo = async () => {
    const report = await ask(socket, () => socket.emitWithAck("undoReset", step.number));
    say(report, "good");
    if (panel?.kind === "reset") setPanel(undefined);
  };

  return (
    <div class="checks">
      {session ? <Progress {...props} session={session} /> : <Idle {...props} />}
      {session?.app.failure && (
        <p class="failure" role="alert">
          {session.app.failure}
        </p>
      )}
      {session && (
        <ol class="results" aria-label="Checks" data-testid="results">
          {session.state.results.map((result) => (
            <CheckRow key={result.title} result={result} step={step} open={open} />
          ))}
          <ToCome session={session} />
        </ol>
      )}
      <div class="row help" role="group" aria-label="Help">
        <Button act={hint} onProblem={onProblem}>
          Hint
        </Button>
        <Button act={diff} onProblem={onProblem}>
          Diff
        </Button>
        <Button act={() => solution()} onProblem={onProblem}>
          Solution
        </Button>
        <span class="gap" />
        <Button act={reset} onProblem={onProblem}>
          Reset
        </Button>
        <Button act={undo} onProblem={onProblem}>
          Undo reset
        </Button>
        {session && <PauseButton {...props} session={session} />}
      </div>
      {panel && (
        <section class="panel" ref={shown} tabIndex={-1} aria-label={panel.kind}>
          {panel.kind === "hint" && <HintPanel hint={panel.hint} open={open} />}
          {panel.kind === "diff" && <DiffPanel diffs={panel.diffs} />}
          {panel.kind === "solution" && <SolutionPanel files={panel.files} />}
          {panel.kind === "reset" && (
            <ResetPanel told={panel.told}>
              <Button act={undo} onProblem={onProblem}>
                Undo this reset
              </Button>
            </ResetPanel>
          )}
          <button type="button" class="button" onClick={() => setPanel(undefined)}>
            Close
          </button>
        </section>
      )}
      <Confirm question={question} close={() => setQuestion(undefined)} />
    </div>
  );
}

function Idle({ bench, state, step }: PlaceProps) {
  const { socket, say } = bench;
  const start = (code: "work" | "solution") =>
    ask(socket, () => socket.emitWithAck("start", step.number, code));
  const onProblem = (text: string) => say(text, "bad");
  const last = step.progress.last;
  return (
    <div class="idle">
      <p>
        {state.session
          ? `Step ${state.session.step} runs. Starting step ${step.number} ends it.`
          : "Start the step: your copy runs, and each save is checked."}
        {last && ` The last verdict was: ${last}.`}
      </p>
      <div class="row">
        <Button icon="play" look="main" act={() => start("work")} onProblem={onProblem}>
          Start step {step.number}
        </Button>
        <Button act={() => start("solution")} onProblem={onProblem}>
          Run the solution instead
        </Button>
      </div>
    </div>
  );
}

function PauseButton({ bench, step, session }: PlaceProps & { session: SessionView }) {
  const { socket } = bench;
  const { isPaused, isSaved } = session.state;
  const toggle = () => ask(socket, () => socket.emitWithAck("pause", step.number, !isPaused));
  return (
    <>
      <Button
        icon={isPaused ? "play" : "pause"}
        act={toggle}
        onProblem={(text) => bench.say(text, "bad")}
      >
        {isPaused ? "Check on save again" : "Pause checking on save"}
      </Button>
      {isPaused && isSaved && <span class="quiet">Paused, and saved since.</span>}
    </>
  );
}

/** The verdict, or how far the checks are. */
function Progress({ state: { steps }, step, session }: PlaceProps & { session: SessionView }) {
  const { state, took } = session;
  const { results, total, verdict, phase } = state;
  const passed = results.filter(({ outcome }) => outcome === "passed").length;
  const count = Math.max(total ?? 0, results.length);
  const next = steps.find(({ number }) => number === step.number + 1);
  return (
    <div class={`verdict ${wordOf(verdict)}`} data-testid="verdict" data-verdict={verdict ?? ""}>
      <p class="big">{verdict ?? (phase === "checking" ? "checking" : "starting")}</p>
      <p>
        {verdict && summaryOf(verdict, passed, results.length, took)}
        {!verdict && count > 0 && `${results.length} of ${count} checks are through.`}
      </p>
      <div class="bar" aria-hidden="true">
        {Array.from({ length: count }, (_, at) => (
          <i key={at} class={wordOf(results[at]?.outcome)} />
        ))}
      </div>
      {verdict === "passed" && (
        <p class="onward">
          <a href={addressOf(step.number, "read", "why-it-works")}>Read why it works</a>
          {next ? (
            <>
              , then go on to{" "}
              <a href={addressOf(next.number, "read")}>
                step {next.number}: {next.title}
              </a>
              .
            </>
          ) : (
            ". That was the last step."
          )}
        </p>
      )}
    </div>
  );
}

function ToCome({ session: { state } }: { session: SessionView }) {
  const { results, total, phase } = state;
  const left = phase === "checking" ? Math.max(0, (total ?? 0) - results.length) : 0;
  return left > 0 ? <li class="to-come">{left} to come</li> : null;
}

/** A word for the style sheet. */
function wordOf(outcome: Verdict | CheckResult["outcome"] | undefined): string {
  return outcome?.replaceAll(" ", "-") ?? "none";
}
