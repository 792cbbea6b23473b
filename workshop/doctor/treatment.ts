import type { CommandEnd } from "./command.ts";
import type { Mend } from "./mend.ts";
import type { Probe } from "./probe.ts";

/** What a treatment may do to the machine, and how it speaks. */
export interface Hands {
  /** Whether this mend of this lack may be run; it may ask a person. */
  consents: (mend: Mend, lack: Probe) => boolean | Promise<boolean>;
  run: (argv: readonly string[]) => Promise<CommandEnd>;
  say: (line: string) => void;
}

/**
 * Mends lacks, one after the other: each by its own mends in their order, until looking again shows
 * that it is gone. A lack is looked at only when its turn comes, since an earlier mend may have
 * changed it (packages first, then the browser that one of them downloads).
 *
 * @returns what something was done about, as it is now.
 */
export async function treat(
  looks: readonly (() => Promise<Probe>)[],
  { consents, run, say }: Hands,
): Promise<Probe[]> {
  const prepared = new Set<string>();
  const treated: Probe[] = [];

  for (const look of looks) {
    const lack = await look();
    let now = lack;
    let ran = 0;
    for (const mend of lack.mends ?? []) {
      const { argv, before } = mend;
      if (now.state !== "lack") break;
      if (!argv || !(await consents(mend, now))) continue;
      if (ran === 0) say(`${lack.name}: ${lack.detail}`);
      ran += 1;
      if (before && !prepared.has(before.join(" "))) {
        prepared.add(before.join(" "));
        await run(before);
      }
      await run(argv);
      now = await look();
    }
    if (ran > 0) treated.push(now);
  }
  return treated;
}

/** What a person can still do when our commands have not helped; empty when that is nothing. */
export function alternativesTo({ mends = [] }: Pick<Probe, "mends">): string {
  return mends
    .filter(({ argv }) => !argv)
    .map(({ text }) => text)
    .join(", or ");
}

/**
 * Whether a mend may be run. With `always` a person in the terminal is asked whatever it is; else
 * only where the mend itself wants it. Where nobody can be asked, such a mend stays undone.
 */
export function consentFor(
  mend: Pick<Mend, "asks">,
  { isTerminal, always }: { isTerminal: boolean; always: boolean },
): "run" | "ask" | "skip" {
  if (isTerminal && (always || mend.asks)) return "ask";
  return mend.asks ? "skip" : "run";
}
