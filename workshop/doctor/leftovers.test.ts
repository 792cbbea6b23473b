import { describe, expect, test } from "vitest";
import { leftoversStatus } from "./leftovers.ts";

describe("leftovers", () => {
  test("are none while sessions run", () => {
    expect(leftoversStatus({ folders: [], inFolders: [], orphans: [], alive: 5 })).toEqual({
      state: "ok",
      detail: "none; 5 processes of running sessions",
    });
  });

  test("of dead runs are cleared by --fix", () => {
    expect(
      leftoversStatus({ folders: ["/tmp/bh-a"], inFolders: [7, 8], orphans: [], alive: 2 }),
    ).toEqual({
      state: "note",
      detail: "1 run left behind, with pids 7, 8",
      fixes: [{ text: "npm run doctor -- --fix", asks: false }],
    });
  });

  test("without a folder are ended by hand", () => {
    expect(
      leftoversStatus({ folders: [], inFolders: [], orphans: [7, 8], alive: 2 }),
    ).toMatchObject({
      fixes: [{ text: "kill -9 7 8" }],
    });
  });
});
