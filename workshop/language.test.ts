import { expect, test } from "vitest";
import { steps } from "./catalog.ts";
import { language, readmeOf, titleOf } from "./language.ts";
import { runCli } from "./testing/cli.ts";

test.each([
  [{ LANG: "ja_JP.UTF-8" }, "ja"],
  [{ LANG: "ja" }, "ja"],
  [{ LANG: "en_US.UTF-8" }, "en"],
  [{ LANG: "de_DE.UTF-8" }, "en"],
  [{ LANG: "jam_JM.UTF-8" }, "en"],
  [{ LANG: "C" }, "en"],
  [{ LC_ALL: "ja_JP.UTF-8", LANG: "en_US.UTF-8" }, "ja"],
  [{ LC_MESSAGES: "en_US.UTF-8", LANG: "ja_JP.UTF-8" }, "en"],
  [{}, "en"],
] as const)("an environment with %j is for %s", (env, wanted) => {
  expect(language(env)).toBe(wanted);
});

test.each(steps)("step $number has its title and its README in Japanese", (step) => {
  expect(titleOf(step, "ja")).toMatch(/[\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Han}]/u);
  expect(readmeOf(step, "ja")).toMatch(/README\.ja\.md$/);
  expect(titleOf(step, "en")).toBe(step.title);
});

test("progress tells the titles in Japanese when asked to", async () => {
  const { code, output } = await runCli(["progress", "--lang", "ja"]);

  expect(output).toContain(titleOf(steps[0] ?? fail(), "ja"));
  expect(code).toBe(0);
});

test("hint points to the README in Japanese when asked to", async () => {
  const { output } = await runCli(["hint", "3", "--lang", "ja"]);

  expect(output).toMatch(/steps[/\\]03-cluster[/\\]README\.ja\.md/);
});

test("a language that nothing is written in is refused in one line", async () => {
  const { code, output } = await runCli(["progress", "--lang", "xx"]);

  expect(output).toBe("There is no xx: the languages are en and ja. Example: --lang ja\n");
  expect(code).toBe(2);
});

function fail(): never {
  throw new Error("The catalogue is empty.");
}
