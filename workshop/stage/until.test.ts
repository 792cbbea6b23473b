import { describe, expect, test } from "vitest";
import { Inconclusive, NotYet } from "../problems.ts";
import { until } from "./until.ts";

const never = { within: 40, otherwise: () => new Error("never") };

describe("waiting for a condition", () => {
  test("gives the answer that satisfies it", async () => {
    let asked = 0;

    const answer = await until(
      () => (asked += 1),
      (count) => count === 3,
      { ...never, within: 5_000 },
    );

    expect(answer).toBe(3);
  });

  test("asks once even when there is no time", async () => {
    const answer = await until(
      () => "there",
      () => true,
      { ...never, within: 0 },
    );

    expect(answer).toBe("there");
  });

  test("takes an error of the question for not yet", async () => {
    let asked = 0;

    const answer = await until(
      () => {
        asked += 1;
        if (asked < 3) throw new Error("nobody listens");
        return "an answer";
      },
      () => true,
      { ...never, within: 5_000 },
    );

    expect(answer).toBe("an answer");
  });

  test("lets a finding through at once", async () => {
    const finding = new NotYet({ expected: "a server", seen: "a crash" });

    const waiting = until(
      () => {
        throw finding;
      },
      () => true,
      { ...never, within: 60_000 },
    );

    await expect(waiting).rejects.toBe(finding);
  });

  test("that never holds ends as a finding that tells what was last seen", async () => {
    const waiting = until(
      () => 3,
      (count) => count === 4,
      { within: 40, otherwise: (last) => ({ expected: "4 workers", seen: `${last}` }) },
    );

    await expect(waiting).rejects.toThrow("Expected 4 workers. Saw 3.");
    await expect(waiting).rejects.toBeInstanceOf(NotYet);
  });

  test("that never holds ends with the caller's own error, if that is what it gives", async () => {
    const error = new Error("no worker has reported the request");

    const waiting = until(
      () => false,
      (answer) => answer,
      { within: 40, otherwise: () => error },
    );

    await expect(waiting).rejects.toBe(error);
  });

  test("ends when it is told to", async () => {
    const abort = new AbortController();
    const waiting = until(
      () => false,
      (answer) => answer,
      { ...never, within: 60_000, signal: abort.signal },
    );

    abort.abort(new Error("quit"));

    await expect(waiting).rejects.toThrow();
  });

  test("is inconclusive when this process got no time to ask", async () => {
    const waiting = until(
      () => {
        setTimeout(() => keepBusy(60), 0);
        return false;
      },
      (answer) => answer,
      { ...never, within: 150 },
    );

    await expect(waiting).rejects.toBeInstanceOf(Inconclusive);
  });
});

function keepBusy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
