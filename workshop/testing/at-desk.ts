import { vi } from "vitest";
import type { Desk } from "./cli.ts";

/**
 * Loads a module as a process does that works at this desk: anew, so that its notes and copies are
 * those of the desk.
 */
export async function loadAt<T>(desk: Desk, load: () => Promise<T>): Promise<T> {
  vi.resetModules();
  for (const [name, value] of Object.entries(desk.env)) vi.stubEnv(name, value);
  try {
    return await load();
  } finally {
    vi.unstubAllEnvs();
  }
}
