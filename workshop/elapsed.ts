const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A long time as a person says it: `40 s`, `12 min`, `2 h 5 min`, `3 days 4 h`. Given in ms. */
export function elapsed(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.round(ms / 1000))} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) {
    return join(`${Math.floor(ms / HOUR)} h`, Math.floor((ms % HOUR) / MINUTE), "min");
  }
  const days = Math.floor(ms / DAY);
  return join(`${days} ${days === 1 ? "day" : "days"}`, Math.floor((ms % DAY) / HOUR), "h");
}

function join(big: string, small: number, unit: string): string {
  return small > 0 ? `${big} ${small} ${unit}` : big;
}
