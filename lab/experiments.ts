import type { Experiment } from "./frame/experiment.ts";
import { broadcast } from "./experiments/broadcast.ts";
import { browser } from "./experiments/browser.ts";
import { faults } from "./experiments/faults.ts";
import { handshake } from "./experiments/handshake.ts";
import { hosts } from "./experiments/hosts.ts";
import { loop } from "./experiments/loop.ts";
import { memory } from "./experiments/memory.ts";
import { relay } from "./experiments/relay.ts";

/** All of them, in the order in which `npm run lab all` makes them. */
export const experiments: readonly Experiment[] = [
  handshake,
  browser,
  broadcast,
  relay,
  faults,
  hosts,
  memory,
  loop,
];
