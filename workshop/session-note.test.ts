import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { loadAt } from "./testing/at-desk.ts";
import { openDesk } from "./testing/cli.ts";

// Any process that is there counts as one of the workshop's, this one too.
vi.mock("./stage/processes.mjs", async (load) => ({
  ...(await load<object>()),
  commandOf: () => "",
}));

const desk = openDesk();
const file = join(String(desk.env.WORKSHOP_NOTES), "session.json");
let session: typeof import("./session-note.ts");

beforeAll(async () => {
  session = await loadAt(desk, () => import("./session-note.ts"));
});
afterEach(() => rmSync(file, { force: true }));
afterAll(() => desk[Symbol.dispose]());

test("of two sessions that begin at the same moment one gets the clone", async () => {
  const claims = await Promise.allSettled([session.claimSession(1), session.claimSession(2)]);

  expect(claims.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(claims.find(({ status }) => status === "rejected")).toMatchObject({
    reason: {
      message: expect.stringMatching(/^A session is running in this clone already \(step/),
    },
  });
});

test("what a session adds is there for others, and for their owner only", async () => {
  using claim = await session.claimSession(5);

  claim.update({ redis: "redis://ann:secret@127.0.0.1:6379" });

  expect(session.runningSession()).toMatchObject({
    pid: process.pid,
    step: 5,
    redis: expect.stringContaining("secret"),
  });
  if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("what a dead session has left is in nobody's way", async () => {
  writeFileSync(file, JSON.stringify({ pid: 2 ** 22 + 1, step: 3 }));

  using _claim = await session.claimSession(4);

  expect(session.runningSession()).toMatchObject({ pid: process.pid, step: 4 });
});

test("a session that ends takes its own note away", async () => {
  const claim = await session.claimSession(1);

  claim[Symbol.dispose]();

  expect(session.runningSession()).toBeUndefined();
});

test("a session that ends leaves the note of another", async () => {
  const claim = await session.claimSession(1);
  writeFileSync(file, JSON.stringify({ pid: process.ppid, step: 7 }));

  claim[Symbol.dispose]();

  expect(session.runningSession()).toMatchObject({ pid: process.ppid, step: 7 });
});
