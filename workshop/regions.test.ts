import { describe, expect, test } from "vitest";
import { isMarker, isUnwritten, startOn, takeApart } from "./regions.ts";

describe("a region begins", () => {
  test.each([
    ["//#region TODO 3.1", "TODO", "3.1"],
    ["    // #region answer 3.10", "answer", "3.10"],
    ["  #region TODO 9.2", "TODO", "9.2"],
    ["<!-- #region answer 1.2 -->", "answer", "1.2"],
  ])("on %j", (line, kind, name) => {
    expect(startOn(line)).toEqual({ kind, name });
    expect(isMarker(line)).toBe(true);
  });

  test.each(["// region TODO 3.1", "//#endregion", "const region = 3.1;", "//#region of mine"])(
    "not on %j",
    (line) => {
      expect(startOn(line)).toBeUndefined();
    },
  );
});

test("a file is taken apart at its regions", () => {
  const { regions, outside, code } = takeApart(
    "a\n//#region answer 3.1\n// why\nb\n//#endregion\nc",
  );

  expect(regions).toEqual([{ kind: "answer", name: "3.1", lines: ["// why", "b"] }]);
  expect(outside).toEqual(["a", "c"]);
  expect(code).toEqual(["a", "b", "c"]);
});

describe("the place of a TODO", () => {
  const place = (inside: string) => `a\r\n  //#region TODO 8.1\r\n${inside}  //#endregion\r\nb`;

  test.each(["", "  // Keep it.\r\n\r\n", "  // Keep it.\n"])(
    "with %j in it is unwritten",
    (inside) => {
      expect(isUnwritten(place(inside), "8.1")).toBe(true);
    },
  );

  test.each([
    ["code in it", place("  await redis.xAdd();\n"), "8.1"],
    ["no end, and code after it", "//#region TODO 8.1\nawait redis.xAdd();", "8.1"],
    ["an answer in it", "//#region answer 8.1\n//#endregion", "8.1"],
    ["another name", place(""), "8.10"],
    ["its marks taken away", "a\nb", "8.1"],
  ])("is not unwritten with %s", (_, text, todo) => {
    expect(isUnwritten(text, todo)).toBe(false);
  });
});
