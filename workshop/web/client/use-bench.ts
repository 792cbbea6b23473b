import { useLayoutEffect, useState } from "preact/hooks";
import { io } from "socket.io-client";
import type { CheckResult, Verdict } from "../../check/verdict.ts";
import { duration } from "./parts/format.ts";
import type { BenchState, Notice, OutputLine, PageSocket, WorkerView } from "../protocol.ts";

/** Lines of output that are kept on the page. */
const LINES = 400;
/** How long a notice stays that need not be acted upon, in ms. */
const STAYS = 8_000;

/** All that comes from the server, as the page shows it. */
export interface Bench {
  socket: PageSocket;
  /** Undefined until the server has told it for the first time. */
  state: BenchState | undefined;
  workers: readonly WorkerView[];
  notices: readonly Notice[];
  lines: readonly OutputLine[];
  /** Whether the connection is there; `since` it is not, in ms since the epoch. */
  lostAt: number | undefined;
  /** What a screen reader is to say. */
  announcement: string;
  /** Says something that this page has found out by itself. */
  say: (text: string, kind?: Notice["kind"]) => void;
  dismiss: (id: number) => void;
}

/** One connection a page, for as long as it is open. */
export const socket: PageSocket = io({ reconnectionDelay: 300, reconnectionDelayMax: 2_000 });

/** Own notices count down, so that they never meet one of the server's. */
let ownIds = 0;

/** The connection to the server, and what it has told. */
export function useBench(): Bench {
  const [state, setState] = useState<BenchState>();
  const [workers, setWorkers] = useState<readonly WorkerView[]>([]);
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const [lines, setLines] = useState<readonly OutputLine[]>([]);
  const [lostAt, setLostAt] = useState<number>();
  const [announcement, setAnnouncement] = useState("");

  const dismiss = (id: number) => setNotices((all) => all.filter((each) => each.id !== id));
  const show = (notice: Notice) => {
    setNotices((all) => [...all.filter(({ text }) => text !== notice.text), notice].slice(-4));
    if (notice.kind !== "bad") setTimeout(() => dismiss(notice.id), STAYS);
  };
  const say = (text: string, kind: Notice["kind"] = "info") =>
    show({ id: (ownIds -= 1), at: Date.now(), kind, text });

  // The server tells all of it once, as soon as it is connected: an effect after the first paint may be
  // too late to hear it.
  useLayoutEffect(() => {
    let server: string | undefined;
    let run: number | undefined;
    socket.on("state", (told) => {
      if (server !== undefined && server !== told.server) {
        say("The workbench was started again: what ran before has ended.", "info");
      }
      server = told.server;
      if (run !== told.session?.run) setLines([]);
      run = told.session?.run;
      setState(told);
    });
    socket.on("workers", setWorkers);
    socket.on("notice", show);
    socket.on("output", (fresh) => setLines((all) => joined(all, fresh)));
    socket.on("result", (result) => setAnnouncement(spoken(result)));
    socket.on("verdict", ({ verdict, passed, of }) =>
      setAnnouncement(`${verdict}: ${summaryOf(verdict, passed, of)}`),
    );
    socket.on("connect", () => setLostAt(undefined));
    socket.on("disconnect", () => setLostAt(Date.now()));
    return () => void socket.removeAllListeners();
  }, []);

  return { socket, state, workers, notices, lines, lostAt, announcement, say, dismiss };
}

/** After a reconnection the server tells again what it has kept. */
function joined(all: readonly OutputLine[], fresh: readonly OutputLine[]): readonly OutputLine[] {
  const known = new Set(all.map(({ id }) => id));
  return [...all, ...fresh.filter(({ id }) => !known.has(id))].slice(-LINES);
}

/** Only what does not hold is said while checks run; the rest is in the verdict. */
function spoken({ outcome, title }: CheckResult): string {
  return outcome === "passed" || outcome === "skipped" ? "" : `${outcome}: ${title}`;
}

/** What a verdict means beyond its name, where that is worth a word. */
const MEANINGS: Record<Verdict, string> = {
  passed: "",
  "not yet": "",
  "your machine": "This machine lacks something; what needs it was not judged.",
  inconclusive: "Your code was not judged; check again.",
};

/** `3 of 6 checks hold, in 4.1 s.` and what it means. */
export function summaryOf(verdict: Verdict, passed: number, of: number, took?: number): string {
  const time = took === undefined ? "" : `, in ${duration(took)}`;
  return `${passed} of ${of} checks hold${time}. ${MEANINGS[verdict]}`.trim();
}
