import { join } from "node:path";
import { expect, test } from "vitest";
import { openDesk, runCli } from "../workshop/testing/cli.ts";

test("without nginx it is the machine, and not the learner, that step 9 sends away", async () => {
  using desk = openDesk();
  desk.env.NGINX_PATH = join(desk.work, "no-nginx");

  const { code, output } = await runCli(["check", "9", "--solution"], desk);

  expect(output).toMatch(/^your machine/m);
  expect(output.replace(/\s+/g, " ")).toContain("NGINX_PATH names");
  expect(output).toContain("Correct or unset NGINX_PATH.");
  expect(code).toBe(3);
});
