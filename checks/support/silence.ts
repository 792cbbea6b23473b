import { setTimeout as sleep } from "node:timers/promises";
import type { Clients } from "./clients.ts";
import { greeted } from "./crowd.ts";
import { onTimeouts } from "./hosts-seen.ts";
import { must } from "./must.ts";
import { findImpatient, PINGS } from "./patience.ts";

/** For how long nobody talks, in ms. */
const SILENCE = 3_000;

/**
 * Who says nothing, and hears nothing, must stay connected; and nginx must be told to wait for longer
 * than the pings, which a check has no time to wait for.
 *
 * @throws NotYet
 */
export async function mustBearSilence(clients: Clients, conf: string): Promise<string> {
  const silent = [];
  for (const transports of [["websocket"], ["polling"]]) {
    silent.push(await greeted(await clients.connect({ transports })));
  }
  // How long it may be silent is what this is about.
  await sleep(SILENCE);
  for (const { socket, left } of silent) {
    must(left.length === 0, {
      expected: `a client that says nothing for ${SILENCE / 1000} s to stay connected`,
      seen: `one on ${socket.io.opts.transports?.join()} that was disconnected: ${left[0]}`,
      look: onTimeouts,
      hint: "Between two pings nothing comes from a host. proxy_read_timeout says when nginx takes that for its end: it must be longer than pingInterval and pingTimeout together, 45 s.",
    });
  }
  const impatient = findImpatient(conf);
  must(impatient === undefined, {
    expected: `proxy_read_timeout to be longer than pingInterval and pingTimeout together: ${PINGS / 1000} s`,
    seen: impatient ?? "",
    look: onTimeouts,
    hint: "Between two pings nothing comes from a host, and nginx must not take that for its end.",
  });
  return `${SILENCE / 1000} s of silence over WebSocket and over polling: still connected`;
}
