import { runCommand } from "./command.ts";
import { readManifest } from "./manifest.ts";
import type { Edition } from "./report.ts";

/** The edition of this clone. Without git, or outside a repository, there is no commit. */
export async function readEdition(): Promise<Edition> {
  const { ok, output } = await runCommand(["git", "rev-parse", "--short", "HEAD"], {
    within: 5_000,
  });
  const commit = output.trim();
  const { version } = readManifest();
  return ok && /^[0-9a-f]+$/.test(commit) ? { version, commit } : { version };
}
