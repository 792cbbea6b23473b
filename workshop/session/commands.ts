import { steps, type Step } from "../catalog.ts";
import { renderHint } from "../hints.ts";
import { openUrl } from "../open-url.ts";
import type { Display } from "../terminal/display.ts";
import type { Controls } from "./controls.ts";
import type { Desk } from "./desk.ts";
import { diffPage, helpPage, logsPage, solutionPage } from "./pages.ts";
import { resetReport } from "./reset-report.ts";
import { boxed } from "./tell.ts";

/** What a key does. */
export interface Command {
  key: string;
  /** A word for the footer. */
  label: string;
  /** A line for the help. */
  about: string;
  /** The smaller, the longer it stays in a footer that is short of room. */
  rank: number;
  run: () => void;
}

/** Somebody at a desk, with a screen and keys before them. */
export interface Seat {
  desk: Desk;
  display: Display;
  controls: Controls;
  /** For a screen reader. */
  plain: boolean;
  /** Whether the solution was asked for and shown before the step was passed. */
  hasSeen: boolean;
  /** Leaves the desk: for the next step, or for good. */
  leave: (next?: Step) => void;
}

/** All keys of a step, in the order in which they are shown. */
export function commandsOf(seat: Seat): Command[] {
  const { desk, display, controls } = seat;
  const learning = desk.source === "work" ? learningCommands(seat) : [];
  const redis: Command[] =
    desk.isRedisUp === undefined
      ? []
      : [
          {
            key: "k",
            label: "Redis",
            about: "kills Redis, or starts it again",
            rank: 11,
            run: () => controls.act(() => desk.toggleRedis()),
          },
        ];
  const { isPaused } = desk.state;
  return [
    ...learning,
    {
      key: "l",
      label: "logs",
      about: "shows what the app has printed",
      rank: 5,
      run: () => display.page(logsPage(desk)),
    },
    {
      key: "o",
      label: "open",
      about: "opens the app in your browser",
      rank: 6,
      run: () => controls.act(() => openApp(seat)),
    },
    ...redis,
    { key: "c", label: "check", about: "checks now", rank: 7, run: () => desk.check() },
    {
      key: "p",
      label: isPaused ? "resume" : "pause",
      about: "stops to check what you save, or goes on with it",
      rank: isPaused ? 1 : 9,
      run: () => togglePause(seat),
    },
    {
      key: "?",
      label: "help",
      about: "shows this",
      rank: 0,
      run: () => display.page(helpPage(commandsOf(seat))),
    },
    { key: "q", label: "quit", about: "ends all that runs here", rank: 0, run: () => seat.leave() },
  ];
}

/** What makes sense with code of one's own only. */
function learningCommands(seat: Seat): Command[] {
  const { desk, display } = seat;
  return [
    {
      key: "h",
      label: "hint",
      about: "gives the next hint for what does not hold yet",
      rank: 2,
      run: () => seat.controls.act(() => giveHint(seat)),
    },
    {
      key: "d",
      label: "diff",
      about: "shows how your code differs from the solution",
      rank: 3,
      run: () => display.page(diffPage(desk, seat.plain)),
    },
    {
      key: "s",
      label: "solution",
      about: "shows the solution",
      rank: 4,
      run: () => showSolution(seat),
    },
    {
      key: "r",
      label: "reset",
      about: "puts your copy back to the starter, and yours into a backup",
      rank: 10,
      run: () => reset(seat),
    },
    {
      key: "n",
      label: "next",
      about: "goes on to the next step",
      rank: desk.state.verdict === "passed" ? 1 : 8,
      run: () => goOn(seat),
    },
  ];
}

async function giveHint({ desk, display }: Seat): Promise<void> {
  const hint = await desk.nextHint();
  if (hint) display.log(boxed(renderHint(hint, display.width - 4)));
  else if (desk.state.verdict === "passed")
    display.log("Every check holds: there is nothing to hint at.");
  else if (desk.state.phase === "checking")
    display.log("No check has failed so far: there is nothing to hint at yet.");
  else display.log("There is no hint for this. d shows how your code differs from the solution.");
}

function showSolution(seat: Seat): void {
  const { desk, display, controls } = seat;
  const show = () => {
    seat.hasSeen = true;
    display.page(solutionPage(desk.step));
  };
  if (desk.isPassed || seat.hasSeen) show();
  else controls.ask("Show the solution before you have passed?", show);
}

function reset({ desk, display, controls }: Seat): void {
  controls.ask("Put your copy back to the starter? Yours goes into a backup.", () =>
    controls.act(async () => {
      // What it writes is seen as any save is, and checked.
      display.log(resetReport(await desk.reset()));
    }),
  );
}

function goOn({ desk, display, controls, leave }: Seat): void {
  const { number } = desk.step;
  const next = steps.find((step) => step.number === number + 1);
  if (!next) display.log("This is the last step.");
  else if (desk.isPassed) leave(next);
  else
    controls.ask(`Step ${number} is not passed. Go on to step ${next.number} all the same?`, () =>
      leave(next),
    );
}

function togglePause({ desk, display }: Seat): void {
  desk.togglePause();
  if (display.isLive) return;
  display.log(desk.state.isPaused ? "Paused: p checks again." : "Saves are checked again.");
}

/** Opens the app in the person's browser, or says where it is. */
async function openApp({ desk, display }: Seat): Promise<void> {
  if (!desk.url) return;
  const isOpening = await openUrl(desk.url);
  display.log(
    isOpening ? `Opening ${desk.url}` : `No way to open a browser here. Go to ${desk.url}`,
  );
}
