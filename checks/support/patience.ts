import { directives, type Directive } from "../../workshop/stage/nginx-conf.ts";

/** Engine.IO's pingInterval and pingTimeout together, by default, in ms. */
export const PINGS = 45_000;
/** What the path of each request of Socket.IO is. */
const PATH = "/socket.io/";

/** A `proxy_read_timeout` that sessions are under and that is shorter than the pings, and where it stands. */
export function findImpatient(conf: string): string | undefined {
  const all = [...directives(conf)];
  const servers = new Set(
    all.flatMap(({ within }) => within.filter(({ name }) => name === "server")),
  );
  for (const server of servers) {
    const locations = all.filter(
      ({ name, within }) => name === "location" && within.includes(server),
    );
    // Where else a request may be sent on to, nothing here tells: each location with a name counts.
    const named = locations.filter(({ argument }) => argument.startsWith("@"));
    for (const place of [chosenOf(locations) ?? server, ...named]) {
      const timeout = [place, ...place.within.toReversed(), undefined]
        .map((block) => timeoutIn(all, block))
        .find((found) => found !== undefined);
      if (!timeout || msOf(timeout.argument) > PINGS) continue;
      const where = timeout.within.at(-1);
      const inside = where?.name === "location" ? ` in location ${where.all.join(" ")}` : "";
      return `proxy_read_timeout ${timeout.argument}${inside}`;
    }
  }
  return undefined;
}

function timeoutIn(all: readonly Directive[], block: Directive | undefined) {
  return all.find(({ name, within }) => name === "proxy_read_timeout" && within.at(-1) === block);
}

/**
 * Which location takes what Socket.IO's clients ask for, as nginx chooses: the one that is called just
 * so; else the longest beginning, where it says ^~; else the first pattern; else the longest beginning.
 */
function chosenOf(locations: readonly Directive[]): Directive | undefined {
  const kindOf = ({ all }: Directive) => (all.length > 1 ? all[0] : "");
  const textOf = ({ all }: Directive) => (all.at(-1) ?? "").replace(/^(["'])(.*)\1$/s, "$2");
  const exact = locations.find((one) => kindOf(one) === "=" && textOf(one) === PATH);
  const [longest] = locations
    .filter((one) => ["", "^~"].includes(kindOf(one) ?? "") && PATH.startsWith(textOf(one)))
    .toSorted((one, other) => textOf(other).length - textOf(one).length);
  if (exact ?? (longest && kindOf(longest) === "^~")) return exact ?? longest;
  const pattern = locations.find((one) => {
    const kind = kindOf(one);
    return (kind === "~" || kind === "~*") && isMatch(textOf(one), kind === "~*" ? "i" : "");
  });
  return pattern ?? longest;
}

/** Not every pattern of nginx is one of JavaScript's. */
function isMatch(pattern: string, flags: string): boolean {
  try {
    return new RegExp(pattern, flags).test(PATH);
  } catch {
    return false;
  }
}

const UNITS: Record<string, number> = {
  ms: 1,
  "": 1_000,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `1m 30s`, `1500ms` or `60` as nginx reads it. */
function msOf(text: string): number {
  return [...text.matchAll(/(\d+)(ms|[smhd]?)/g)].reduce(
    (sum, [, count, unit = ""]) => sum + Number(count) * (UNITS[unit] ?? NaN),
    0,
  );
}
