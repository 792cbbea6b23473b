import type { Socket } from "socket.io-client";
import type { CheckResult, Verdict } from "../check/verdict.ts";
import type { FileDiff } from "../diff.ts";
import type { Hint } from "../hints.ts";
import type { StepProgress } from "../progress.ts";
import type { DeskState } from "../session/desk-events.ts";
import type { Worker } from "../stage/pm2.ts";
import type { CrowdState } from "./crowd-state.ts";
import type { LensBatch, LensSnapshot } from "./lens/messages.ts";

/**
 * What the page and the server of the workbench say to each other over Socket.IO. All pages that are
 * open show the same session: there is one a clone.
 */

/** A step as the page lists it. */
export interface StepView {
  number: number;
  slug: string;
  title: string;
  about: string;
  runs: "node" | "pm2";
  workers: number;
  hosts: number;
  services: readonly ("redis" | "nginx")[];
  progress: StepProgress;
}

/** Which code runs: the learner's copy, or the solution for whoever only wants to look. */
export type Code = "work" | "solution";

/** What the workbench runs at the moment. */
export interface SessionView {
  step: number;
  code: Code;
  /** Counted up with each session that is opened: marks of an older one are none of this one's. */
  run: number;
  /** `closing` until all that it has started is gone; then there is no session. */
  state: DeskState;
  /** Where the app can be opened; absent before it has an address. */
  url?: string | undefined;
  /** Whether the app is up, and why it is not where it has said so. */
  app: { isUp: boolean; failure?: string | undefined };
  /** Absent where the step has none; `isOwn` is false where `REDIS_URL` names one. */
  redis?: { isUp: boolean; isOwn: boolean; about: string } | undefined;
  /** How long the last whole run of the checks took, in ms. */
  took?: number | undefined;
  /** Whether the learner has ever passed this step, in an earlier session, too. */
  isPassed: boolean;
}

/** All that a page shows besides what comes as a stream. */
export interface BenchState {
  /** Another one after the server was started anew. */
  server: string;
  steps: readonly StepView[];
  /** The first that is not passed. */
  next: number;
  session?: SessionView | undefined;
}

/** One process of the app, as pm2 knows it, with what its requests tell. */
export interface WorkerView extends Omit<Worker, "waitsForReady" | "listenTimeout"> {
  /** `worker 1`, or `host b, worker 1`. */
  name: string;
  /** How many clients it has by what its requests tell: sessions that were opened and not ended. */
  clients: number;
  /** How many requests it has had in each of the last seconds, oldest first. */
  rate: readonly number[];
}

/** Something that a person should know: the app has moved, Redis has ended, pm2 was replaced. */
export interface Notice {
  id: number;
  at: number;
  kind: "info" | "good" | "bad";
  text: string;
}

/** A line of what the app or the session has printed; escape sequences are taken out. */
export interface OutputLine {
  id: number;
  at: number;
  text: string;
}

/** A README or the like, as HTML that is safe to put into the page. */
export interface Guide {
  step: number;
  language: "en" | "ja";
  html: string;
  /** Its TODOs, with the file and the line where each stands in the learner's copy. */
  todos: readonly { name: string; file: string; line: number }[];
}

/** A file with its text, marked up as HTML that is safe to put into the page. */
export interface ShownFile {
  file: string;
  html: string;
}

/** What a reset has done, in words, and whether there was anything that can be had back. */
export interface ResetTold {
  text: string;
  hasBackup: boolean;
}

/** The answer to what a page wants; what goes wrong is told in words for a person. */
export type Answer<T = void> = { ok: true; value: T } | { ok: false; problem: string };
type Reply<T = void> = (answer: Answer<T>) => void;

/** What a page may do to the workers. `host` where there are several. */
export type WorkerAct =
  | { do: "kill"; pid: number }
  | { do: "reload"; host?: string | undefined }
  | { do: "scale"; to: number; host?: string | undefined };

export interface ServerToPage {
  /** On connection, and whenever it changes: at most some 10 times a second. */
  state: (state: BenchState) => void;
  /** Each second while an app runs. */
  workers: (workers: readonly WorkerView[]) => void;
  /** One check has ended. */
  result: (result: CheckResult) => void;
  /** To be announced. */
  verdict: (told: { verdict: Verdict; passed: number; of: number; took: number }) => void;
  notice: (notice: Notice) => void;
  output: (lines: readonly OutputLine[]) => void;
  /** The lens: what came since the last batch. */
  lens: (batch: LensBatch) => void;
  crowd: (state: CrowdState) => void;
}

export interface PageToServer {
  start: (step: number, code: Code, reply: Reply) => void;
  /**
   * What is done to what runs names the step that it is meant for: another page may have started
   * another one in between, and that is left alone.
   */
  stop: (step: number, reply: Reply) => void;
  check: (step: number, reply: Reply) => void;
  pause: (step: number, isPaused: boolean, reply: Reply) => void;
  guide: (step: number, language: "en" | "ja", reply: Reply<Guide>) => void;
  hint: (step: number, reply: Reply<(Hint & { html: string }) | null>) => void;
  diff: (step: number, reply: Reply<readonly FileDiff[]>) => void;
  /** `isSure`: the person has said that they want to see it before they have passed. */
  solution: (step: number, isSure: boolean, reply: Reply<readonly ShownFile[] | "ask">) => void;
  reset: (step: number, reply: Reply<ResetTold>) => void;
  undoReset: (step: number, reply: Reply<string>) => void;
  /** Opens a file of the clone in the person's editor, or gives a link that does. */
  open: (
    file: string,
    line: number,
    reply: Reply<{ by: string } | { link: string; path: string }>,
  ) => void;
  worker: (step: number, act: WorkerAct, reply: Reply) => void;
  redis: (step: number, want: "up" | "down", reply: Reply) => void;
  /** What the lens has kept so far; batches follow from there. */
  lensSnapshot: (reply: Reply<LensSnapshot>) => void;
  lensClear: (reply: Reply) => void;
  /** Opens so many more Node clients on the running app. */
  crowdOpen: (step: number, count: number, reply: Reply) => void;
  crowdClose: (reply: Reply) => void;
}

/** The page's end of the connection. */
export type PageSocket = Socket<ServerToPage, PageToServer>;

/** Where a crowd goes, and by which transports this step's page connects. */
export interface CrowdTarget {
  url: string;
  transports: readonly ("polling" | "websocket")[];
}

/** A mark across all lanes of the lens: something that was done to the app. */
export interface LensNote {
  at: number;
  text: string;
  kind: "info" | "good" | "bad";
}
