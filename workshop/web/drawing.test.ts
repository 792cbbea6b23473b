import { describe, expect, test } from "vitest";
import { draw } from "./drawing.ts";

/** What stands in a drawing, in its order. */
function textsIn(svg = ""): string[] {
  return [...svg.matchAll(/<tspan[^>]*>([^<]*)/g)].map(([, text = ""]) => text);
}

describe("a sequence", () => {
  const svg = draw(`sequenceDiagram
    participant C as Client
    participant R as Redis
    C->>R: PUBLISH chat<br/>with a payload
    R-->>C: ok
    Note over R: keeps <nothing>`);

  test("shows who takes part, and each line of what they say", () => {
    expect(textsIn(svg)).toEqual([
      "PUBLISH chat",
      "with a payload",
      "ok",
      "keeps &lt;nothing&gt;",
      "Client",
      "Redis",
    ]);
  });

  test("says the same to who cannot see it", () => {
    expect(svg).toContain(
      'aria-label="Client to Redis: PUBLISH chat with a payload. Redis to Client: ok. Redis: keeps &lt;nothing&gt;"',
    );
  });

  test("has room between two for what they say to each other", () => {
    const long = draw("sequenceDiagram\nA->>B: a sentence that takes quite some room here");
    const width = (text = "") => Number(/viewBox="0 0 ([\d.]+)/.exec(text)?.[1]);

    expect(width(long)).toBeGreaterThan(width(draw("sequenceDiagram\nA->>B: ok")) + 200);
  });
});

describe("a flow chart", () => {
  const svg = draw(`flowchart LR
    P[Pages] --> A
    subgraph A[host a]
        A0[worker 0]
    end
    A --> R[(Redis:<br>all)]`);

  test("shows each box once, those of a group inside it", () => {
    expect(textsIn(svg).toSorted()).toEqual(["Pages", "Redis:", "all", "host a", "worker 0"]);
  });

  test("goes from left to right", () => {
    const xOf = (text: string) =>
      Number(new RegExp(`<tspan x="([\\d.]+)"[^>]*>${text}`).exec(svg ?? "")?.[1]);

    expect(xOf("Pages")).toBeLessThan(xOf("worker 0"));
    expect(xOf("worker 0")).toBeLessThan(xOf("Redis:"));
  });
});

test("what it does not know it does not draw", () => {
  expect(draw("pie\n  a: 1")).toBeUndefined();
});
