import { join, relative } from "node:path";
import colors from "picocolors";
import { APP_PORT, root, steps, type Step } from "../catalog.ts";
import { reportOf, summaryOf, type ReportStyle } from "../check/report.ts";
import { aboutNewCopy } from "../copy.ts";
import { elapsed } from "../elapsed.ts";
import { readmeOf, titleOf } from "../language.ts";
import { renderMarkdown, sectionOf } from "../markdown.ts";
import type { StepProgress } from "../progress.ts";
import type { Tone } from "../learners-app.ts";
import type { Worker } from "../stage/pm2.ts";
import type { Display } from "../terminal/display.ts";
import { clean } from "../terminal/clean.ts";
import { flow } from "../terminal/width.ts";
import { wrap } from "../text.ts";
import { nameOf } from "../trace/line.ts";
import { paint, tracePrinter } from "../trace/print.ts";
import { AppOutput } from "./app-output.ts";
import type { Desk } from "./desk.ts";

/** Longer lines of prose than this are hard to follow. In columns. */
const PROSE = 90;

export interface TellOptions {
  style: ReportStyle;
  /** Whether somebody can press keys. */
  hasKeys: boolean;
}

/** Prints what happens at a desk, from when it is opened. */
export function tell(desk: Desk, display: Display, { style, hasKeys }: TellOptions): void {
  const { step, events } = desk;
  const width = () => Math.min(display.width, PROSE);
  const prose = (text: string) => flow(text, width());

  events.on("opened", ({ dir, isNew, changed }) => {
    const folder = relative(root, dir);
    display.log(`\n${colors.bold(colors.inverse(` Step ${step.number} · ${titleOf(step)} `))}`);
    display.log(prose(step.about));
    if (isNew) display.log(prose(aboutNewCopy(dir)));
    if (changed.length) display.log(colors.yellow(prose(newStarter(step, changed, hasKeys))));
    display.log(labelled("\nRead", readmeOf(step)));
    display.log(labelled("Edit", ...step.edit.map((file) => join(folder, file))));
  });
  events.on("ready", ({ url, redis }) => {
    const isUsual = url.endsWith(`:${APP_PORT}`);
    display.log(labelled("App", `${url}${isUsual ? "" : ` (port ${APP_PORT} is taken)`}`));
    if (!redis) return;
    display.log(labelled("Redis", redis.about));
    display.log(colors.dim("         npm run redis -- monitor  shows all that it is told"));
  });
  events.on("checking", () => {
    display.log(colors.dim(`\n── ${new Date().toTimeString().slice(0, 8)}  checking ──`));
  });
  events.on("result", (result) => {
    display.log(reportOf(result, desk.dir, display.width, style).join("\n"));
  });
  events.on("judged", ({ verdict, results, took }) => {
    display.log(`\n${prose(summaryOf(verdict, results, took))}\n`);
  });
  events.on("passed", (progress, isFirst) => {
    if (!hasKeys) {
      display.log(`${prose(whatNext(step))}\n`);
      return;
    }
    if (isFirst) display.log(prose(`Passed ${effort(progress)}.`));
    display.log(prose(`${colors.bold("What changed in your head:")} ${step.about}`));
    const why = renderMarkdown(sectionOf(step, "Why it works"), width() - 2);
    display.log(`\n${colors.bold("Why it works")}\n`);
    display.log(`${why.map((line) => line && `  ${line}`).join("\n")}\n`);
    const next = steps.find(({ number }) => number === step.number + 1);
    display.log(
      next
        ? `${colors.bold("n")} goes on to step ${next.number}: ${titleOf(next)}\n`
        : "That was the last step.\n",
    );
  });
  events.on("said", (text, tone) => {
    const paintIt = tone && TONES[tone];
    const lines = paintIt ? wrap(text, display.width).map(paintIt) : [text];
    display.log(lines.join("\n"));
  });
  // Who sends a request chooses some of the words in its line.
  const print = (text: string) => display.log(text);
  const trace = tracePrinter(
    (text) => print(clean(text)),
    () => display.width,
  );
  events.on("traced", trace);
  const output = new AppOutput(print);
  events.on("printed", (stream, text) => output.hear(stream, text));
  events.on("workers", (workers) => workers.map(describe).forEach(print));
  events.on("redis", (state) => print(REDIS[state]));
  events.on("changed", () => display.refresh());
}

const TONES: Record<Tone, (text: string) => string> = { bad: colors.red, quiet: colors.dim };

const REDIS = {
  ended: "Redis has ended. k starts it again.",
  killed: "Redis is killed. k starts it again.",
  back: "Redis is back.",
};

/** One worker in a few words: its number, pid and state, and how often pm2 has restarted it. */
function describe(worker: Worker, at: number): string {
  const times = worker.restarts === 1 ? "once" : `${worker.restarts} times`;
  const again = worker.restarts > 0 ? `, restarted ${times}` : "";
  const pid = worker.pid ? ` pid ${worker.pid}` : "";
  const label = at === 0 ? "Workers  " : "         ";
  return `${label}${paint(worker, nameOf(worker))}${pid} ${worker.state}${again}`;
}

/** `Read     steps/…`; what comes further stands below. */
function labelled(label: string, ...texts: string[]): string {
  const name = colors.bold(label.padEnd(label.startsWith("\n") ? 10 : 9));
  return texts.map((text, at) => `${at === 0 ? name : " ".repeat(9)}${text}`).join("\n");
}

function newStarter(step: Step, changed: readonly string[], hasKeys: boolean): string {
  const how = hasKeys ? "r takes the new one" : `npm run reset ${step.number} takes the new one`;
  return `The starter has changed since your copy was made: ${changed.join(", ")}. Yours is as it was. ${how}, and puts yours into a backup.`;
}

/** `after 7 checks, 34 min after you began` */
function effort({ attempts, begun, passed }: StepProgress): string {
  const times = attempts === 1 ? "at the first check" : `after ${attempts} checks`;
  if (!begun || !passed) return times;
  return `${times}, ${elapsed(Date.parse(passed) - Date.parse(begun))} after you began`;
}

/** What a person does after a pass. */
function whatNext(step: Step): string {
  const next = steps.find(({ number }) => number === step.number + 1);
  const then = next ? ` Then: npm run step ${next.number}` : "";
  return `Read "Why it works" in ${readmeOf(step)}.${then}`;
}

/** Lines that belong together, with a bar at their side. */
export function boxed(lines: readonly string[]): string {
  const bar = colors.cyan("┃");
  return ["", ...lines.map((line) => (line ? `  ${bar} ${line}` : `  ${bar}`)), ""].join("\n");
}
