import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SLIDES, SlideProblem } from "./chapters.ts";

/** A line of the trace, as the terminal shows it. */
export interface RecordedLine {
  /** In ms since the recording began. */
  at: number;
  text: string;
  /** A request that was answered with an error. */
  refused?: true;
  /** What was done from outside at this moment; absent in what the workers have reported. */
  deed?: true;
}

/** What happened when a solution really ran, for where nothing runs now. */
export interface Recording {
  /** The folder of the code: `solutions/03-cluster`. */
  code: string;
  step: number;
  /** What was done, in a sentence. */
  about: string;
  /** The day: `2026-11-29`. */
  recorded: string;
  /** With what: `Node 20.20.2, Socket.IO 4.8.4, pm2 7.0.4`. */
  versions: string;
  lines: RecordedLine[];
}

/** Where recordings are kept. */
export const TRACES = join(SLIDES, "traces");

/** @throws SlideProblem when there is no such recording. */
export function readRecording(name: string, at: string): Recording {
  const file = join(TRACES, `${name}.json`);
  if (!existsSync(file)) {
    throw new SlideProblem(
      at,
      `there is no recording ${name}. Make it: npm run slides -- --record ${Number(name.slice(0, 2))}`,
    );
  }
  return JSON.parse(readFileSync(file, "utf8"));
}
