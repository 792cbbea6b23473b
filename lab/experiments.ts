import type { Experiment } from "./frame/experiment.ts";
import { handshake } from "./experiments/handshake.ts";

/** All of them, in the order in which `npm run lab all` makes them. */
export const experiments: readonly Experiment[] = [handshake];
