import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { runScript } from "./testing/script.ts";

/** A process that does such a work, and tells when it has begun, and what comes of it. */
function start(work: string) {
  return runScript(
    `
      import { untilInterrupted } from "./workshop/interrupt.ts";
      const work = ${work};
      const ready = (ended) => (process.send("ready"), work(ended));
      process.send({ result: await untilInterrupted(ready, () => process.send("asked")) });
      process.disconnect();
    `,
    { imports: ["tsx"] },
  );
}

const isReady = (message: unknown): message is string => message === "ready";

test("a work that nobody interrupts gives what comes of it", async () => {
  await using script = start("async () => 42");

  const [code]: unknown[] = await once(script.child, "exit");

  expect(script.messages).toEqual(["ready", { result: 42 }]);
  expect(code).toBe(0);
});

describe.skipIf(process.platform === "win32")("a work that is interrupted", () => {
  test("may close what it has open, and nobody hears what comes of it", async () => {
    await using script = start(`(ended) => new Promise((resolve) => {
      const open = setInterval(() => {}, 1_000);
      ended.addEventListener("abort", () => {
        clearInterval(open);
        setTimeout(() => (process.send("closed"), resolve("a verdict")), 50);
      });
    })`);
    await script.hears(isReady);

    script.child.kill("SIGINT");
    const [code]: unknown[] = await once(script.child, "exit");

    expect(script.messages).toEqual(["ready", "asked", "closed"]);
    expect(code).toBe(130);
  });

  test("ends by the signal also where it fails of it", async () => {
    await using script = start(`(ended) => new Promise((_, reject) => {
      setInterval(() => {}, 1_000);
      ended.addEventListener("abort", () => reject(new Error("in the middle of something")));
    })`);
    await script.hears(isReady);

    script.child.kill("SIGTERM");
    const [code]: unknown[] = await once(script.child, "exit");

    expect(script.errors()).toBe("");
    expect(code).toBe(143);
  });

  test("ends at once when it is asked twice", async () => {
    await using script = start("() => new Promise(() => setInterval(() => {}, 1_000))");
    await script.hears(isReady);

    script.child.kill("SIGINT");
    await script.hears((message): message is string => message === "asked");
    script.child.kill("SIGINT");
    const [code]: unknown[] = await once(script.child, "exit");

    expect(code).toBe(130);
  });
});
