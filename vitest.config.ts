import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Each file starts daemons, clusters and a browser of its own: two at once fill two cores.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "checks",
          include: ["checks/*.check.ts"],
          // Every wait inside has a bound of its own with a message; this one is for bugs.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "workshop",
          include: ["workshop/**/*.test.ts", "checks/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
