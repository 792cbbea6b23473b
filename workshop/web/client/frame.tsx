import { useEffect, useState } from "preact/hooks";
import type { BenchState, SessionView, StepView } from "../protocol.ts";
import { CrowdControl } from "./crowd-control.tsx";
import { LensView } from "./lens/lens-view.tsx";
import { LostBanner, LostConnection } from "./lost.tsx";
import { Icon, Mark } from "./parts/icon.tsx";
import { Toasts } from "./parts/toasts.tsx";
import { addressOf, useRoute, VIEWS, type View } from "./route.ts";
import { SessionBar } from "./session-bar.tsx";
import { Steps } from "./steps.tsx";
import { applyTheme, chosenTheme, nextTheme } from "./theme.ts";
import { useBench, type Bench } from "./use-bench.ts";
import { AppView } from "./views/app.tsx";
import { ChecksView } from "./views/checks.tsx";
import { Elsewhere } from "./views/elsewhere.tsx";
import { ReadView } from "./views/read.tsx";
import { WorkersView } from "./views/workers.tsx";

const NAMES: Record<View, string> = {
  read: "Read",
  checks: "Checks",
  app: "App",
  lens: "Lens",
  both: "App + Lens",
  workers: "Workers",
};

/** What there is one of, whatever step the person looks at: it belongs to the step that runs. */
const OF_WHAT_RUNS: readonly View[] = ["app", "lens", "both", "workers"];

/** What every view needs to know. */
export interface PlaceProps {
  bench: Bench;
  state: BenchState;
  /** The step that the person looks at, which need not be the one that runs. */
  step: StepView;
  /** What runs, if it is of that step. */
  session: SessionView | undefined;
}

/** The whole page. */
export function Frame() {
  const bench = useBench();
  const route = useRoute();
  const { state, lost, announcement } = bench;
  const number = route.step ?? state?.next;
  const step = state?.steps.find((each) => each.number === number) ?? state?.steps[0];
  useEffect(() => {
    document.title = step
      ? `${step.number} ${NAMES[route.view]} · Broken Handshakes`
      : "Broken Handshakes";
  }, [step?.number, route.view]);

  return (
    <LostConnection.Provider value={lost}>
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to the content
      </a>
      <header class="masthead">
        <h1>
          <Mark />
          Broken Handshakes
        </h1>
        {state && step && <SessionBar bench={bench} state={state} step={step} view={route.view} />}
        <ThemeButton />
      </header>
      {lost && <LostBanner lost={lost} />}
      {state && step ? (
        <div class="body">
          <Steps state={state} step={step} view={route.view} />
          <main id="main" tabIndex={-1} data-view={route.view}>
            <div class="title">
              <p class="number">Step {step.number}</p>
              <h2>{step.title}</h2>
              <p class="about">{step.about}</p>
            </div>
            <nav class="tabs" aria-label="Views">
              {VIEWS.map((view) => (
                <a
                  key={view}
                  href={addressOf(step.number, view)}
                  data-view={view}
                  aria-current={view === route.view ? "page" : undefined}
                >
                  {NAMES[view]}
                </a>
              ))}
            </nav>
            <div class="place">
              <KeptApp bench={bench} state={state} step={step} view={route.view} />
              <Place bench={bench} state={state} step={step} view={route.view} />
            </div>
          </main>
        </div>
      ) : (
        !lost && (
          <p class="waiting" role="status">
            Connecting…
          </p>
        )
      )}
      <p class="unseen" role="status" aria-live="polite" data-testid="announcement">
        {announcement}
      </p>
      <Toasts notices={bench.notices} dismiss={bench.dismiss} />
    </LostConnection.Provider>
  );
}

/**
 * The app's windows stay open when the person looks at the lens or the workers: closed, they would
 * take their sessions with them. They come with the first visit.
 */
function KeptApp({
  bench,
  state,
  step,
  view,
}: Pick<PlaceProps, "bench" | "state" | "step"> & { view: View }) {
  const isShown = (view === "app" || view === "both") && !runningElsewhere(state, step);
  const [wasShown, setWasShown] = useState(isShown);
  useEffect(() => {
    if (isShown) setWasShown(true);
  }, [isShown]);
  if (!isShown && !(wasShown && state.session)) return null;
  return (
    <div hidden={!isShown}>
      <AppView
        bench={bench}
        state={state}
        step={step}
        session={state.session}
        crowd={<CrowdControl socket={bench.socket} state={state} step={step} crowd={bench.crowd} />}
      />
    </div>
  );
}

function Place({
  bench,
  state,
  step,
  view,
}: Pick<PlaceProps, "bench" | "state" | "step"> & { view: View }) {
  const session = state.session?.step === step.number ? state.session : undefined;
  const place: PlaceProps = { bench, state, step, session };
  const running = runningElsewhere(state, step);
  if (running && OF_WHAT_RUNS.includes(view)) {
    return <Elsewhere at={running} step={step} view={view} isRunning />;
  }
  switch (view) {
    case "read":
      return <ReadView {...place} />;
    case "checks":
      return <ChecksView key={step.number} {...place} />;
    case "app":
      // It stays when the person looks elsewhere: see above.
      return null;
    case "lens":
    case "both":
      return (
        <LensView socket={bench.socket} state={state} crowd={bench.crowd} step={step} view={view} />
      );
    case "workers":
      return <WorkersView {...place} />;
  }
}

/** The step that runs, when it is another one than that. */
function runningElsewhere({ steps, session }: BenchState, step: StepView): StepView | undefined {
  if (session?.step === step.number) return undefined;
  return steps.find(({ number }) => number === session?.step);
}

function ThemeButton() {
  const [theme, setTheme] = useState(chosenTheme());
  const choose = () => {
    const next = nextTheme(theme);
    applyTheme(next);
    setTheme(next);
  };
  return (
    <button type="button" class="bare theme" onClick={choose} aria-label={`Colours: ${theme}`}>
      <Icon name={theme} />
    </button>
  );
}

/** The address names the view: a jump inside the page must not change it. */
function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
