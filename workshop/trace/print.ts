import colors from "picocolors";
import type { Trace } from "./collector.ts";
import type { TracedCommand, TraceEvent, WorkerId } from "./events.ts";
import { isEngineRequest, isRefused } from "./collector.ts";
import { commandLine, fit, line } from "./line.ts";

/** Red is for refusals alone. */
const WORKER_COLORS = [colors.cyan, colors.magenta, colors.yellow, colors.blue, colors.green];
/** More lines a second than this nobody can read. */
const PER_SECOND = 25;

/** What is smaller carries no message of a person's: a sign of life, an answer in a word. In bytes. */
const SMALL = 64;

/** A worker's colour in the terminal; its name stands beside it always. */
export function paint(
  { host = "", instance }: Pick<WorkerId, "host" | "instance">,
  text: string,
): string {
  // Hosts are called by letters, and have two workers each.
  const before = host ? 2 * (host.charCodeAt(0) - "a".charCodeAt(0)) : 0;
  const color = WORKER_COLORS[(before + instance) % WORKER_COLORS.length] ?? colors.white;
  return color(text);
}

/**
 * Prints Socket.IO requests, and what workers tell each other over Redis, as they come, one line
 * each; other requests (the page's files) are not what the workshop is about. What is small and is
 * only said again is left out: workers tell each other every second that they are there. What comes
 * too fast to be read is counted instead.
 */
export function tracePrinter(
  write: (text: string) => void,
  width: () => number,
): (event: TraceEvent, trace: Trace) => void {
  let second = 0;
  let printed = 0;
  let dropped = 0;
  const said = new Map<string, string>();
  /** Whether that worker said just the same there before. */
  const isRepeated = ({ worker, channel, bytes = SMALL }: TracedCommand, text: string) => {
    const where = `${worker?.pid} ${channel}`;
    const before = said.get(where);
    said.set(where, text);
    return bytes < SMALL && before === text;
  };
  return (event, trace) => {
    const isCommand = event.kind === "command";
    if (!isCommand && !isEngineRequest(event)) return;
    const plain = isCommand ? commandLine(event) : line(event, trace);
    if (isCommand && isRepeated(event, plain)) return;
    // What Redis was told comes a little later than requests: that does not turn the clock back.
    const now = Math.max(second, Math.floor(event.at / 1000));
    if (now !== second) {
      if (dropped > 0) write(colors.dim(`… and ${dropped} more lines`));
      [second, printed, dropped] = [now, 0, 0];
    }
    if (printed >= PER_SECOND) {
      dropped += 1;
      return;
    }
    printed += 1;
    const refused = !isCommand && isRefused(event);
    for (const [at, text] of fit(plain, width()).entries()) {
      // The worker's name in its colour, and the rest in red where it was refused.
      const name =
        at === 0 ? (/^(?:host \S+, |\S+ (?=w))?w\S*(?: \d+)?/.exec(text)?.[0] ?? "") : "";
      const rest = text.slice(name.length);
      const painted = event.worker ? paint(event.worker, name) : name;
      write(painted + (refused ? colors.red(rest) : rest));
    }
  };
}
