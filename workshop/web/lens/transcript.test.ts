import { describe, expect, test } from "vitest";
import { Board } from "./board.ts";
import { describeFilter, isShown, SHOW_ALL, type Filter } from "./filter.ts";
import { recorded } from "./recorded.ts";
import { transcriptOf } from "./transcript.ts";

/** What is shown of step 3 with this filter. */
function shownWith(filter: Partial<Filter>) {
  const board = new Board();
  board.fill(recorded(3));
  const whole = { ...SHOW_ALL, ...filter };
  const facts = board.facts.filter((fact) => isShown(fact, whole));
  return { board, facts, filter: whole };
}

describe("the filter", () => {
  test("leaves the page's files out unless somebody wants them", () => {
    const isFile = ({ event, isEngine }: { event: { kind: string }; isEngine: boolean }) =>
      event.kind === "request" && !isEngine;

    expect(shownWith({}).facts.filter(isFile)).toEqual([]);
    expect(shownWith({ files: true }).facts.filter(isFile)).not.toEqual([]);
  });

  test("shows one session only", () => {
    const { facts } = shownWith({});
    const sid = facts.find(({ tone }) => tone === "refused")?.sid;

    const requests = shownWith({ sid }).facts.filter(({ event }) => event.kind === "request");

    expect(new Set(requests.map((fact) => fact.sid))).toEqual(new Set([sid]));
    expect(requests.length).toBe(facts.filter((fact) => fact.sid === sid).length);
  });

  test("shows a lane with what befell its sessions in others", () => {
    const { facts } = shownWith({ lane: "w1", starts: false });

    expect(facts.every(({ lane, ownerLane }) => lane === "w1" || ownerLane === "w1")).toBe(true);
    expect(facts.some(({ lane }) => lane !== "w1")).toBe(true);
  });

  test("shows refusals only", () => {
    const { facts } = shownWith({ refused: true, starts: false });

    expect(new Set(facts.map(({ tone }) => tone))).toEqual(new Set(["refused"]));
  });

  test("is told in words", () => {
    expect(describeFilter(SHOW_ALL)).toBe("all, without the page's files");
    expect(describeFilter({ ...SHOW_ALL, files: true, refused: true, sid: "abcdefghi" })).toBe(
      "only refusals, session abcdef",
    );
  });
});

describe("the transcript", () => {
  const { board, facts, filter } = shownWith({});
  const about = { step: board.step, lanes: board.lanes, pids: board.totals.lanes };
  const text = transcriptOf({
    ...about,
    facts,
    kept: board.size,
    dropped: 7,
    filter: describeFilter(filter),
  });

  test("is a block to be pasted into an issue, with a line for each event that is shown", () => {
    const [head = "", lines = ""] = text.split("\n\n");

    expect(head).toMatch(
      /^```text\nStep 3: Cluster it, and watch it break\nWorkers: worker 0 \(pid \d+\)/,
    );
    expect(lines.trim().split("\n").slice(0, -1).length).toBe(facts.length);
    expect(text.endsWith("```\n")).toBe(true);
  });

  test("says what was refused, and to whom the session belongs", () => {
    expect(text).toMatch(
      /worker \d {2}POST {2}polling {4}sid \S{6} {2}400 {2}Session ID unknown {2}· worker \d owns it/,
    );
  });

  test("says what was dropped, and what is left out", () => {
    expect(text).toContain("Dropped: the 7 oldest");
    expect(text).toContain("without the page's files");
  });

  test("gives no session away: no sid stands there in full", () => {
    for (const { sid } of facts) if (sid) expect(text).not.toContain(sid);
  });
});
