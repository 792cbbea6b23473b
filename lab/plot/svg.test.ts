import { describe, expect, test } from "vitest";
import type { Experiment, Observation } from "../frame/experiment.ts";
import type { Figure } from "../frame/figure.ts";
import { summarize } from "../frame/summary.ts";
import { tiny } from "../testing/tiny.ts";
import { toAscii } from "./ascii.ts";
import { plot, type Plotted } from "./data.ts";
import { toSvg } from "./svg.ts";
import { themes, type ThemeName } from "./theme.ts";

const NAMES = Object.keys(themes) as ThemeName[];

const observations: Observation[] = [1, 2, 4].flatMap((workers) =>
  ["polling", "websocket"].flatMap((transports): Observation[] => [
    {
      measure: "connected",
      at: { workers, transports },
      round: 0,
      samples: transports === "websocket" || workers === 1 ? [1, 1, 1, 1] : [0, 0, 0, 0],
    },
    {
      measure: "connect",
      at: { workers, transports },
      round: 0,
      samples: workers === 4 ? [Infinity, Infinity, 9] : [5, 6, 7 * workers],
    },
  ]),
);

function figure(measure: string, more: Partial<Figure> = {}): Plotted {
  const found = tiny.figures.find((each) => each.measure === measure);
  if (!found) throw new Error("The tiny experiment has no such figure.");
  const plotted = plot(tiny, { ...found, ...more }, summarize(tiny, observations));
  if (!plotted) throw new Error("There is nothing to be seen.");
  return plotted;
}

interface Element {
  name: string;
  attributes: Record<string, string>;
  text: string;
}

/** Reads XML as strictly as is needed to see that a picture is one. @throws when it is not. */
function parse(svg: string): Element[] {
  const open: Element[] = [];
  const all: Element[] = [];
  let tags = 0;
  for (const [, close, name = "", rest = "", self, text = ""] of svg.matchAll(
    /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>([^<]*)/g,
  )) {
    tags += 1;
    if (close) {
      expect(open.pop()?.name).toBe(name);
      continue;
    }
    const pairs = [...rest.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]);
    const element = { name, attributes: Object.fromEntries(pairs), text };
    all.push(element);
    if (!self) open.push(element);
  }
  expect(open).toEqual([]);
  // Every bracket belongs to a tag that was read.
  expect(svg.match(/</g)).toHaveLength(tags);
  return all;
}

describe.each(NAMES)("a plot in %s", (name) => {
  const elements = parse(toSvg(figure("connect"), name));
  const texts = elements.filter((each) => each.name === "text");

  test("has a title and a description that tells all values", () => {
    expect(elements[0]?.attributes).toMatchObject({ role: "img" });
    expect(elements.find((each) => each.name === "title")?.text).toBe("How long it takes");
    expect(elements.find((each) => each.name === "desc")?.text).toContain(
      "polling, by workers: 1: 6.00 ms",
    );
  });

  test("names its axes, with the unit", () => {
    expect(texts.map(({ text }) => text)).toEqual(expect.arrayContaining(["workers", "time, ms"]));
  });

  test("shows an interval for each point", () => {
    const intervals = elements.filter(({ attributes }) => attributes.class === "interval");

    expect(intervals).toHaveLength(6);
  });

  test("says `never` of what did not come in time", () => {
    expect(texts.map(({ text }) => text)).toContain("never");
  });

  test("keeps all that it shows inside its frame", () => {
    const [svg] = elements;
    const [width, height] = [Number(svg?.attributes.width), Number(svg?.attributes.height)];
    for (const { attributes: at } of elements) {
      for (const x of [at.x, at.x1, at.x2, at.cx].filter(Boolean)) {
        expect(Number(x)).toBeGreaterThanOrEqual(0);
        expect(Number(x)).toBeLessThanOrEqual(width);
      }
      for (const y of [at.y, at.y1, at.y2, at.cy].filter(Boolean)) {
        expect(Number(y)).toBeLessThanOrEqual(height);
      }
    }
  });

  test("is written in colours that stand out from the ground", () => {
    const { ground, text, muted, series } = themes[name];
    for (const colour of [text, muted, ...series]) {
      expect(contrast(colour, ground)).toBeGreaterThanOrEqual(4.5);
    }
  });

  test("shows nothing that is no number", () => {
    expect(toSvg(figure("connect"), name)).not.toMatch(/NaN|undefined|Infinity/);
  });
});

test("what is said in a title is text and no markup", () => {
  const elements = parse(toSvg(figure("connected", { title: 'a < b & "c"' }), "light"));

  expect(elements.find((each) => each.name === "title")?.text).toBe("a &lt; b &amp; &quot;c&quot;");
});

test("rows of dots are plotted where nothing goes from left to right", () => {
  const { x: _, ...rest } = tiny.figures[1] ?? figure("connect").figure;
  const at = observations.filter((each) => each.at.workers === 1);
  const plotted = plot(tiny as Experiment, rest, summarize(tiny, at));
  if (!plotted) throw new Error("There is nothing to be seen.");
  const svg = toSvg(plotted, "dark");

  expect(parse(svg).filter(({ attributes }) => attributes.class === "interval")).toHaveLength(2);
  expect(toAscii(plotted, 80)).toMatch(/websocket +█+ 6\.00 ms/);
});

test("theory is a dashed line beside what was measured", () => {
  const theory = () => [{ label: "chance", points: [1, 2, 4].map((x) => ({ x, y: 1 / x })) }];
  const plotted = figure("connected", { theory });
  const dashed = parse(toSvg(plotted, "light")).filter(
    ({ name, attributes }) => name === "polyline" && attributes["stroke-dasharray"],
  );

  expect(dashed).toHaveLength(1);
  expect(toAscii(plotted, 80)).toContain("· chance");
});

test("in a terminal it fits 80 columns", () => {
  const lines = toAscii(figure("connected"), 80).split("\n");

  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

/** By WCAG 2.2: from 1 to 21. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
