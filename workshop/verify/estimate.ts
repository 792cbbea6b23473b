import { labelOf, type Job } from "./job.ts";

type About = Job["about"];

/** Says how long cells will take, by how long they and others like them have taken. */
export class Estimate {
  readonly #times = new Map<string, number[]>();

  note(about: About, ms: number): void {
    for (const key of keysOf(about)) {
      const times = this.#times.get(key) ?? [];
      times.push(ms);
      this.#times.set(key, times);
    }
  }

  /** How long a run of this cell may take, in ms; undefined while nothing is known at all. */
  of(about: About): number | undefined {
    const times = keysOf(about)
      .map((key) => this.#times.get(key))
      .find((known) => known !== undefined);
    return times && times.reduce((sum, ms) => sum + ms, 0) / times.length;
  }
}

/** What a cell has in common with others, the closest first. */
function keysOf(about: About): string[] {
  const { step, kind } = about;
  return [labelOf(about), `${step} ${kind}`, `step ${step}`, kind, "all"];
}
