import { existsSync, readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lock, type LockOptions } from "./lock.ts";
import { makeFolder } from "./testing/folder.ts";
import { runScript } from "./testing/script.ts";

const IMPATIENT: LockOptions = {
  within: 300,
  staleAfter: 60_000,
  otherwise: () => new Error("It is held."),
};

test("who comes second waits until the first gives it back", async () => {
  using folder = makeFolder();
  const path = join(folder.path, "lock");
  const first = await lock(path, IMPATIENT);

  await expect(lock(path, IMPATIENT)).rejects.toThrow("It is held.");
  first[Symbol.dispose]();
  using _second = await lock(path, IMPATIENT);

  expect(existsSync(path)).toBe(true);
});

test("nothing of it is left when it was given back", async () => {
  using folder = makeFolder();
  const first = await lock(join(folder.path, "lock"), IMPATIENT);
  await expect(lock(join(folder.path, "lock"), IMPATIENT)).rejects.toThrow();
  first[Symbol.dispose]();

  expect(readdirSync(folder.path)).toEqual([]);
});

test("what a killed process held is free at once", async () => {
  using folder = makeFolder();
  const path = join(folder.path, "lock");
  await killHolder(path);

  using _lock = await lock(path, IMPATIENT);

  expect(readdirSync(path)).toEqual([expect.stringMatching(`^${process.pid}-`)]);
});

test("what goes on without its holder keeps the lock, until it is stale", async () => {
  using folder = makeFolder();
  const path = join(folder.path, "lock");
  await killHolder(path);
  const options = { ...IMPATIENT, outlivesHolder: true };

  await expect(lock(path, options)).rejects.toThrow("It is held.");
  age(path, 61_000);
  using _lock = await lock(path, options);
});

test("a lock that is too old is nobody's, even if somebody else has its pid now", async () => {
  using folder = makeFolder();
  const path = join(folder.path, "lock");
  using _old = await lock(path, IMPATIENT);
  age(path, 61_000);

  using _lock = await lock(path, IMPATIENT);

  expect(readdirSync(path)).toHaveLength(1);
});

test("who has lost a lock because it was stale does not give back somebody else's", async () => {
  using folder = makeFolder();
  const path = join(folder.path, "lock");
  const old = await lock(path, IMPATIENT);
  age(path, 61_000);
  using _lock = await lock(path, IMPATIENT);

  old[Symbol.dispose]();

  await expect(lock(path, IMPATIENT)).rejects.toThrow("It is held.");
});

/** Lets another process take the lock and be killed. */
async function killHolder(path: string): Promise<void> {
  await using script = runScript(
    `
      import { lock } from "./workshop/lock.ts";
      await lock(${JSON.stringify(path)}, { within: 1000, staleAfter: 60_000, otherwise: () => new Error() });
      process.send("held");
      setInterval(() => {}, 1000);
    `,
    { imports: ["tsx"] },
  );
  await script.hears((message) => message === "held");
  await script.end("SIGKILL");
}

/** Makes a lock look older by so many ms. */
function age(path: string, ms: number): void {
  const then = new Date(Date.now() - ms);
  for (const holder of readdirSync(path)) utimesSync(join(path, holder), then, then);
}
