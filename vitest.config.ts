import { defineConfig } from "vitest/config";
import { FAULT } from "./workshop/check/fault.ts";

// What the tests read is English, whatever language the one who runs them has chosen.
process.env.LC_ALL = "C.UTF-8";

export default defineConfig({
  test: {
    // Each file starts daemons, clusters and a browser of its own: two at once fill two cores.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "checks",
          include: ["checks/*.check.ts"],
          tags: [{ name: FAULT, description: "breaks something on purpose" }],
          // Every wait inside has a bound of its own with a message; this one is for bugs.
          testTimeout: 150_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "soak",
          include: ["checks/soak/*.soak.ts"],
          // It takes the whole machine for a minute, so it comes after all others.
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: "workshop",
          include: [
            "workshop/**/*.test.ts",
            "checks/**/*.test.ts",
            "lab/**/*.test.ts",
            "museum/**/*.test.ts",
          ],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
