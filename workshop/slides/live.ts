import { runningSession } from "../session-note.ts";
import { answers } from "../stage/ports.ts";

/** What a slide can show of the session that runs in this clone. */
export interface Live {
  step: number;
  /** Where its app is. */
  url: string;
  /** Where the workbench is, for who wants to see more than the app: it lets no page frame it. */
  workbench?: string | undefined;
}

/** What runs now. A session whose app is still coming up has nothing to show yet. */
export async function liveSession(): Promise<Live | undefined> {
  const note = runningSession();
  if (!note?.url || !(await answers(Number(new URL(note.url).port)))) return undefined;
  const workbench: unknown = Reflect.get(note, "workbench");
  return {
    step: note.step,
    url: note.url,
    workbench: typeof workbench === "string" ? workbench : undefined,
  };
}
