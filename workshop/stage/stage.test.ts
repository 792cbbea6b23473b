import { afterEach, expect, test, vi } from "vitest";
import { root } from "../catalog.ts";
import { openStage } from "./stage.ts";

afterEach(() => vi.unstubAllEnvs());

test("a browser that is installed while the stage is open is found by its next repair", async () => {
  vi.stubEnv("CHROMIUM_PATH", `${root}/no-such-browser`);
  await using stage = await openStage();
  const { noBrowser } = stage;
  const before = await stage.repair();
  vi.unstubAllEnvs();

  const repaired = await stage.repair();

  expect([noBrowser?.message, before]).toEqual([
    expect.stringContaining("CHROMIUM_PATH names"),
    false,
  ]);
  expect([repaired, stage.noBrowser]).toEqual([true, undefined]);
  expect(stage.browser).toMatch(/^ws:/);
  expect(await stage.repair()).toBe(false);
});
