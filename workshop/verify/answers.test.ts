import { describe, expect, test } from "vitest";
import { steps, type Step } from "../catalog.ts";
import { makeFolder } from "../testing/folder.ts";
import { answersOf } from "./answers.ts";

const step = steps[2] as Step;
const about = (what: object) => JSON.stringify(what);

/** The one answer of a folder that holds these files. */
function answerOf(files: Record<string, string>) {
  using folder = makeFolder(files);
  const [answer] = answersOf(step, folder.path);
  if (!answer) throw new Error("There is no answer.");
  return answer;
}

describe("the answers of a step", () => {
  test("are read from its folder, the wrong ones first", () => {
    using folder = makeFolder({
      "starter/transcript.txt": "✗",
      "right-b/answer.json": about({ what: "another way" }),
      "wrong-z/answer.json": about({ what: "a slip", check: "it works" }),
      "wrong-a/answer.json": about({ what: "a lapse", check: "it works", without: ["redis.ts"] }),
    });

    expect(
      answersOf(step, folder.path).map(({ name, kind, check, without, flaw }) => [
        name,
        kind,
        check,
        without,
        flaw,
      ]),
    ).toEqual([
      ["wrong-a", "wrong", "it works", ["redis.ts"], undefined],
      ["wrong-z", "wrong", "it works", [], undefined],
      ["right-b", "right", undefined, [], undefined],
    ]);
  });

  test("are none where there is no folder", () => {
    expect(answersOf(step, "/nowhere")).toEqual([]);
  });

  test.each([
    ["has no answer.json", { "wrong-a/x.txt": "" }, /no answer\.json/],
    ["has one that is no JSON", { "wrong-a/answer.json": "{" }, /^answer\.json: .*JSON/],
    ["has one that is no object", { "wrong-a/answer.json": "3" }, /no object/],
    ["does not say what it is", { "wrong-a/answer.json": about({ check: "x" }) }, /"what"/],
    ["is wrong and names no check", { "wrong-a/answer.json": about({ what: "x" }) }, /"check"/],
    [
      "does without something that is no list",
      { "right-a/answer.json": about({ what: "x", without: "redis.ts" }) },
      /"without"/,
    ],
    ["is neither right nor wrong", { "fair-a/answer.json": about({ what: "x" }) }, /begins with/],
  ])("one that %s is kept, with what is wrong with it", (_, files, flaw) => {
    expect(answerOf(files).flaw).toMatch(flaw);
  });
});
