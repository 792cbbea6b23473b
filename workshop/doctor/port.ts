import { isFree } from "../stage/ports.ts";
import type { Exam } from "./probe.ts";

const WISHED = 3000;

/** The port that a session wishes for. */
export const port: Exam = {
  name: `Port ${WISHED}`,
  required: false,
  async look() {
    if (await isFree(WISHED)) return { state: "ok", detail: "free" };
    return { state: "note", detail: "taken; a session uses the next free one" };
  },
};
