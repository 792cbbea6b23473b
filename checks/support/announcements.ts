import type { Finding } from "../../workshop/problems.ts";
import type { App } from "../../workshop/stage/app.ts";
import { eventually } from "../../workshop/stage/until.ts";
import type { Trace } from "../../workshop/trace/collector.ts";
import type { TraceEvent } from "../../workshop/trace/events.ts";
import type { Clients } from "./clients.ts";
import { gather } from "./crowd.ts";
import { must } from "./must.ts";
import { Death } from "./vitals.ts";

const onChange = { file: "server.ts", todo: "6.5" };
/** When nothing has been published for so long, in ms, nothing is on its way any more. */
const SILENT_FOR = 200;
/** How long the workers may take to tell each other of a change, in ms; measured: 10. */
const TOLD_WITHIN = 4_000;
/** More than four workers say of all who come in a check; of one it is 17. */
const WITHOUT_END = 1_000;
/** Node warns of one more listener to an event than that. */
const MANY_LISTENERS = 10;
const WEBSOCKET = { transports: ["websocket"] };

/** Waits until the workers have nothing more to tell each other, if that is before long. */
export async function allIsTold({ trace }: App): Promise<void> {
  let since = performance.now();
  using _listening = onCommand(trace, () => (since = performance.now()));
  await eventually(() => performance.now() - since > SILENT_FOR, Boolean, TOLD_WITHIN);
}

/**
 * Does something of which the workers tell each other.
 *
 * @throws Death as soon as what they tell makes them tell more, and so on without end: then they have
 * no time for anything else.
 */
export async function whileTold<T>({ trace }: App, act: () => Promise<T>): Promise<T> {
  let said = 0;
  let giveUp: (reason: Death) => void;
  const endless = new Promise<never>((_, reject) => (giveUp = reject));
  using _listening = onCommand(trace, () => {
    said += 1;
    if (said > WITHOUT_END) giveUp(new Death(withoutEnd()));
  });
  return await Promise.race([act(), endless]);
}

function onCommand(trace: Trace, act: () => void): Disposable {
  const hear = ({ kind }: TraceEvent) => kind === "command" && act();
  trace.on("event", hear);
  return { [Symbol.dispose]: () => trace.off("event", hear) };
}

function withoutEnd(): Finding {
  return {
    expected: "the workers to fall silent once each has heard who comes",
    seen: `that they have published more than ${WITHOUT_END} times, and go on`,
    look: onChange,
    hint: "Who hears of a change from another worker tells its own clients, by tellWhoIsIn(room), and nobody else. Where io.on calls roomChanged, that tells all the others again, and so do they.",
    blocks: true,
  };
}

/**
 * Lets so many come and go that Node warns of the listeners where each of them has added one.
 *
 * @throws NotYet when it does.
 */
export async function mustListenOnce(app: App, clients: Clients, workers: number): Promise<void> {
  const crowd = Array.from({ length: (MANY_LISTENERS + 1) * workers });
  await Promise.all(crowd.map(() => clients.tryOnce(WEBSOCKET)));
  // A worker's warnings and its reports of who comes arrive in the order in which it sent them.
  const last = await gather(clients, workers * 2, workers);
  await eventually(() => last.every(({ sid }) => app.trace.ownerOf(sid())), Boolean, TOLD_WITHIN);
  const [, listeners] = TOO_MANY.exec(app.output.err) ?? [];
  must(listeners === undefined, {
    expected: "each worker to hear of changes by one listener, whoever comes and goes",
    seen: `that Node warns of ${listeners}`,
    look: onChange,
    hint: 'io.on("roomChanged", …) adds a listener each time that it is called. Its place is where it is called once: outside of io.on("connection", …), and of roomChanged.',
  });
}

/** What Node warns of. */
const TOO_MANY = /MaxListenersExceededWarning:[^\n]*? (\d+ \S+ listeners) added/;
