import { figures, type Block, type Figure } from "./figures.ts";
import { median, summarize, type Rounds } from "./statistics.ts";
import type { Variant } from "./variants.ts";

/** Something that the relay shall be: so many times what something else is, at most. */
export interface Target {
  title: string;
  unit: string;
  /** What the relay has, and what it is held against, in that unit. */
  value: number;
  against: { name: string; value: number };
  ratio: number;
  most: number;
  /** Lowest and highest ratio of the rounds, each by itself: what the machine does to them. */
  rounds: [number, number];
  isMet: boolean;
}

/** Held against the reference, wherever requests are relayed. */
const AGAINST_REFERENCE: readonly [Figure, number][] = [
  ["connect.default", 0.4],
  ["connect.polling", 0.4],
  ["refusal", 0.05],
  ["roundTrip.default", 1.5],
  ["roundTrip.polling", 1],
];
/** What is not relayed shall cost nothing: as much as without the relay, within the noise. */
const AGAINST_PLAIN: readonly Figure[] = ["connect.websocket", "roundTrip.websocket"];
const NOISE = 0.1;
/** What a relayed request costs shall not grow with the workers. */
const STEADY: readonly Figure[] = ["post.publishes", "post.bytes", "post.cpu"];
const MOST_GROWTH = 1.2;
/** Without a reference: a relayed message crosses Redis as often as the bare echo. */
const MOST_ECHOES = 2.5;

/** Judges what was measured. What was not measured is not judged. */
export function judge(blocks: readonly Block[]): Target[] {
  const relayed = blocks.filter(({ workers, variants }) => workers > 1 && variants.relay);
  return [...relayed.flatMap(judgeBlock), ...judgeGrowth(relayed)];
}

function judgeBlock(block: Block): Target[] {
  const { workers, echo } = block;
  const hasReference = block.variants.reference !== undefined;
  const versus = (figure: Figure, other: Variant, most: number): Target[] =>
    compare(
      `${figures[figure].title}, ${workers} workers`,
      figure,
      [block, "relay"],
      [block, other],
      most,
    );
  return [
    ...AGAINST_REFERENCE.flatMap(([figure, most]) => versus(figure, "reference", most)),
    ...AGAINST_PLAIN.flatMap((figure) => versus(figure, "plain", 1 + NOISE)).map(forgiveNoise),
    ...(hasReference ? [] : judgeEcho(block, echo)),
  ];
}

/** Two things that are equal are so in some rounds, if the machine is not quiet. */
function forgiveNoise(target: Target): Target {
  return { ...target, isMet: target.isMet || target.rounds[0] <= 1 };
}

function judgeEcho({ workers, variants }: Block, echo: Rounds): Target[] {
  const rounds = variants.relay?.["roundTrip.default"];
  if (!rounds) return [];
  const title = `${figures["roundTrip.default"].title}, ${workers} workers`;
  return [
    toTarget(title, "ms", rounds, { name: "bare echo", rounds: echo }, "median", MOST_ECHOES),
  ];
}

function judgeGrowth(blocks: readonly Block[]): Target[] {
  const sorted = [...blocks].sort((a, b) => a.workers - b.workers);
  const [few, many] = [sorted.at(0), sorted.at(-1)];
  if (!few || !many || few === many) return [];
  return STEADY.flatMap((figure) =>
    compare(
      `${figures[figure].title.replace(/^ .*/, "PUBLISHes per relayed request **")}, ${many.workers} workers`,
      figure,
      [many, "relay"],
      [few, "relay"],
      MOST_GROWTH,
      `${few.workers} workers`,
    ),
  );
}

function compare(
  title: string,
  figure: Figure,
  [block, variant]: [Block, Variant],
  [otherBlock, otherVariant]: [Block, Variant],
  most: number,
  name: string = otherVariant,
): Target[] {
  const rounds = block.variants[variant]?.[figure];
  const others = otherBlock.variants[otherVariant]?.[figure];
  if (!rounds || !others) return [];
  const { unit, show } = figures[figure];
  const by = show === "median" ? "median" : "mean";
  return [toTarget(title, unit, rounds, { name, rounds: others }, by, most)];
}

function toTarget(
  title: string,
  unit: string,
  rounds: Rounds,
  other: { name: string; rounds: Rounds },
  by: "median" | "mean",
  most: number,
): Target {
  const value = summarize(rounds)[by];
  const against = { name: other.name, value: summarize(other.rounds)[by] };
  const ratio = value / against.value;
  const ratios = ratiosOf(rounds, other.rounds);
  return {
    title,
    unit,
    value,
    against,
    ratio,
    most,
    rounds: [Math.min(...ratios), Math.max(...ratios)],
    isMet: ratio <= most,
  };
}

/** Of the medians, round by round. */
export function ratiosOf(rounds: Rounds, others: Rounds): number[] {
  return rounds.flatMap((samples, at) => {
    const ratio = median(samples) / median(others[at] ?? []);
    return Number.isNaN(ratio) ? [] : [ratio];
  });
}
