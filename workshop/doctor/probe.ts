import type { Mend } from "./mend.ts";
import type { System } from "./system.ts";

/** What looking at one thing has shown. */
export interface Look {
  /** `note`: worth knowing, and nothing to mend. */
  state: "ok" | "lack" | "note";
  /** Version and path, or what is the matter; a further line says more. */
  detail: string;
  /** What mends a lack on this system, the best first. */
  mends?: readonly Mend[] | undefined;
}

/** One thing that the workshop needs or uses, and how to look at it. */
export interface Exam {
  name: string;
  /** Whether steps or tests fail without it. */
  required: boolean;
  look(system: System): Promise<Look>;
}

/** One line of the report. */
export interface Probe extends Look {
  name: string;
  required: boolean;
}

/** Looks at one thing. */
export async function probe({ name, required, look }: Exam, system: System): Promise<Probe> {
  return { name, required, ...(await look(system)) };
}

/** Whether the workshop cannot work like this. */
export function isSerious({ state, required }: Probe): boolean {
  return state === "lack" && required;
}
