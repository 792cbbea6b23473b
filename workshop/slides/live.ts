import { runningSession } from "../session-note.ts";
import { answers } from "../stage/ports.ts";

/** What a slide can show of the session that runs in this clone. */
export interface Live {
  step: number;
  /** Where its app is. */
  url: string;
  /** Where the workbench is, if the session is one, with what lets a browser in. */
  workbench?: string | undefined;
}

/** What runs now. A session whose app is still coming up has nothing to show yet. */
export async function liveSession(): Promise<Live | undefined> {
  const note = runningSession();
  if (!note?.url || !(await answers(Number(new URL(note.url).port)))) return undefined;
  return { step: note.step, url: note.url, workbench: note.workbench };
}
