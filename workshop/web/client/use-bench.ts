import { useLayoutEffect, useState } from "preact/hooks";
import { io } from "socket.io-client";
import type { CrowdState } from "../crowd-state.ts";
import type { BenchState, Notice, OutputLine, PageSocket, WorkerView } from "../protocol.ts";
import { keepNothingFor } from "./ask.ts";
import { lostBy, type Lost } from "./lost.tsx";
import { spokenAfter, summaryOf } from "./spoken.ts";

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
  /** Undefined until the server has told it for the first time. */
  crowd: CrowdState | undefined;
  notices: readonly Notice[];
  lines: readonly OutputLine[];
  /** Why there is no connection; undefined while there is one, and before the first. */
  lost: Lost | undefined;
  /** What a screen reader is to say. */
  announcement: string;
  /** Says something that this page has found out by itself. */
  say: (text: string, kind?: Notice["kind"]) => void;
  dismiss: (id: number) => void;
  /** Lets a screen reader say what stands on the page. */
  announce: (text: string) => void;
}

/** One connection a page, for as long as it is open. */
export const socket: PageSocket = io({ reconnectionDelay: 300, reconnectionDelayMax: 2_000 });
keepNothingFor(socket);

/** Own notices count down, so that they never meet one of the server's. */
let ownIds = 0;

/** The connection to the server, and what it has told. */
export function useBench(): Bench {
  const [state, setState] = useState<BenchState>();
  const [workers, setWorkers] = useState<readonly WorkerView[]>([]);
  const [crowd, setCrowd] = useState<CrowdState>();
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const [lines, setLines] = useState<readonly OutputLine[]>([]);
  const [lost, setLost] = useState<Lost>();
  const [announcement, announce] = useState("");

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
    socket.on("crowd", setCrowd);
    socket.on("notice", show);
    socket.on("output", (fresh) => setLines((all) => joined(all, fresh)));
    socket.on("result", (result) => announce((before) => spokenAfter(before, result)));
    socket.on("verdict", ({ verdict, passed, of }) =>
      announce(`${verdict}: ${summaryOf(verdict, passed, of)}`),
    );
    socket.on("connect", () => setLost(undefined));
    socket.on("disconnect", () => setLost("silent"));
    socket.on("connect_error", (error) => setLost(lostBy(error)));
    return () => void socket.removeAllListeners();
  }, []);

  const told = { state, workers, crowd, notices, lines, lost, announcement };
  return { socket, ...told, say, dismiss, announce };
}

/** After a reconnection the server tells again what it has kept. */
function joined(all: readonly OutputLine[], fresh: readonly OutputLine[]): readonly OutputLine[] {
  const known = new Set(all.map(({ id }) => id));
  return [...all, ...fresh.filter(({ id }) => !known.has(id))].slice(-LINES);
}
