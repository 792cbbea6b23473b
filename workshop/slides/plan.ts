import { cutOf, type Chapter, type Cut } from "./chapters.ts";

/** How long the two cuts of the deck may take, in minutes: a class of half a day, with its breaks; a talk. */
export const LENGTH: Record<Cut, number> = { class: 240, talk: 45 };

/** A chapter's place in the plan, in minutes. */
export interface Planned {
  title: string;
  from: number;
  minutes: number;
}

/** When each chapter begins, and how long it takes. */
export function planOf(chapters: readonly Chapter[], cut: Cut): Planned[] {
  let from = 0;
  return cutOf(chapters, cut).map(({ title, slides }) => {
    const minutes = slides.reduce((sum, slide) => sum + (slide.minutes[cut] ?? 0), 0);
    const planned = { title, from, minutes };
    from += minutes;
    return planned;
  });
}

/** Minutes as a clock shows them: `1:05`. */
export function clock(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${String(Math.round(minutes % 60)).padStart(2, "0")}`;
}
