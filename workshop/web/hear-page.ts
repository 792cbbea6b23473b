import type { Socket } from "socket.io";
import { folderOf, steps, type Step } from "../catalog.ts";
import { resetCopy, undoReset } from "../copy.ts";
import { diffOf } from "../diff.ts";
import { nextHint } from "../hints.ts";
import { progressOf } from "../progress.ts";
import { UsageProblem } from "../problems.ts";
import { messageOf } from "../failure.ts";
import { resetReport, undoReport } from "../session/reset-report.ts";
import type { Bench } from "./bench.ts";
import { openInEditor } from "./editor.ts";
import { guideOf, solutionOf, toHtml } from "./guide.ts";
import type { Answer, PageToServer, ServerToPage } from "./protocol.ts";
import { transportsOf } from "./transports.ts";

type PageConnection = Socket<PageToServer, ServerToPage>;

/** Steps whose solution was asked for and shown before they were passed. */
const seen = new Set<number>();

/** Does what one page wants, and tells it first how things stand. */
export function hearPage(socket: PageConnection, bench: Bench): void {
  socket.emit("state", bench.state);
  socket.emit("workers", bench.workers);
  socket.emit("crowd", bench.crowd.state);
  socket.emit("output", bench.notices.lines);

  socket.on("start", (step, code, reply) => {
    void answer(reply, () => {
      if (code !== "work" && code !== "solution") throw new UsageProblem("Which code?");
      return bench.start(toStep(step), code);
    });
  });
  socket.on("stop", (step, reply) => void answer(reply, () => bench.stop(toStep(step))));
  socket.on("check", (step, reply) => {
    void answer(reply, () => bench.deskOf(toStep(step)).check());
  });
  socket.on("pause", (step, isPaused, reply) => {
    void answer(reply, () => {
      const desk = bench.deskOf(toStep(step));
      if (desk.state.isPaused !== isPaused) desk.togglePause();
    });
  });
  socket.on("worker", (step, act, reply) => {
    void answer(reply, () => bench.onWorkers(toStep(step), act));
  });
  socket.on("redis", (step, want, reply) => {
    void answer(reply, () => bench.setRedis(toStep(step), want === "up" ? "up" : "down"));
  });
  hearAboutCode(socket, bench);
  hearAboutTraffic(socket, bench);
}

function hearAboutCode(socket: PageConnection, bench: Bench): void {
  socket.on("guide", (step, language, reply) => {
    void answer(reply, () => guideOf(toStep(step), language === "ja" ? "ja" : "en"));
  });
  socket.on("hint", (step, reply) => {
    void answer(reply, async () => {
      const hint = await nextHint(toStep(step));
      return hint ? { ...hint, html: await toHtml(hint.text) } : null;
    });
  });
  socket.on("diff", (number, reply) => {
    void answer(reply, async () => {
      const step = toStep(number);
      // The learner's copy, also while it is the solution that runs.
      return diffOf(step, folderOf(step, "work"));
    });
  });
  socket.on("solution", (number, isSure, reply) => {
    void answer(reply, async () => {
      const step = toStep(number);
      if (isSure === true) seen.add(number);
      const mayBeShown = seen.has(number) || progressOf(step).passed !== undefined;
      return mayBeShown ? solutionOf(step) : ("ask" as const);
    });
  });
  socket.on("reset", (number, reply) => {
    void answer(reply, async () => {
      // What it writes is seen as any save is, and checked.
      const report = await resetCopy(toStep(number));
      bench.refresh();
      return { text: resetReport(report), hasBackup: report.backup !== undefined };
    });
  });
  socket.on("undoReset", (number, reply) => {
    void answer(reply, async () => {
      const report = await undoReset(toStep(number));
      bench.refresh();
      return undoReport(report);
    });
  });
  socket.on("open", (file, line, reply) => {
    void answer(reply, async () => openInEditor(String(file), Number(line)));
  });
}

function hearAboutTraffic(socket: PageConnection, bench: Bench): void {
  const { lens, crowd } = bench;
  socket.on("lensSnapshot", (reply) => void answer(reply, async () => lens.snapshot()));
  socket.on("lensClear", (reply) => void answer(reply, async () => lens.clear()));
  socket.on("crowdOpen", (step, count, reply) => {
    void answer(reply, async () => {
      const { url, dir, app } = bench.deskOf(toStep(step));
      if (!url || !app?.isUp) throw new UsageProblem("The app is not up yet.");
      void crowd.open({ url, transports: await transportsOf(dir) }, Number(count));
    });
  });
  socket.on("crowdClose", (reply) => void answer(reply, () => crowd.close()));
}

async function answer<T>(
  reply: ((answer: Answer<Awaited<T>>) => void) | undefined,
  act: () => T | Promise<T>,
): Promise<void> {
  const told = await attempt(act);
  if (typeof reply === "function") reply(told);
}

async function attempt<T>(act: () => T | Promise<T>): Promise<Answer<Awaited<T>>> {
  try {
    return { ok: true, value: await act() };
  } catch (error) {
    return { ok: false, problem: messageOf(error) };
  }
}

function toStep(number: unknown): Step {
  const step = steps.find((each) => each.number === number);
  if (step) return step;
  throw new UsageProblem(`There is no step ${String(number)}.`);
}
