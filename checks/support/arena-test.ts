import { test as base } from "vitest";
import { openArena, type Arena } from "./arena.ts";

/** How long the clients of Redis may take to find it again, in ms: they try every 2 s at last. */
export const BACK_WITHIN = 20_000;

/** Apps wait for each other to come up: 40 s on a machine with other things to do. In ms. */
export const BUSY_TIMEOUT = 120_000;

/** A test that plays solutions in the one arena of its file. */
export const test = base.extend<{ $file: { arena: Arena } }>({
  arena: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the wanted fixtures off this pattern
    async ({}, use) => {
      await using arena = await openArena();
      await use(arena);
    },
    { scope: "file" },
  ],
});
