import { expect, test } from "vitest";
import { Lines } from "./lines.ts";

function open(plain: boolean) {
  let text = "";
  const display = new Lines({ write: (more) => (text += more), width: () => 60, plain });
  return { display, text: () => text };
}

test.each([
  ["\x1b[32m✓\x1b[39m a session is known              157 ms", "passed: a session is known 157 ms"],
  [
    "worker 1  POST  polling    sid – 400  · worker 0 owns it",
    "worker 1 POST polling sid - 400, worker 0 owns it",
  ],
  ["  ┃ a hint", "  a hint"],
  ["── 12:00:01  checking ──", "12:00:01 checking"],
  ["lines 3–7 …", "lines 3 to 7 ..."],
  ["passed  5 of 5 checks hold", "passed 5 of 5 checks hold"],
])("for a screen reader, %j is %j", (text, spoken) => {
  const it = open(true);

  it.display.log(text);

  expect(it.text()).toBe(`${spoken}\n`);
});

test("a page is printed, and code keeps its spaces", () => {
  const it = open(true);

  it.display.page({ title: "Solution", lines: (width) => [`${width}:`, "  1   const a  = 1;"] });

  expect(it.text()).toBe("Solution\n\n60:\n  1   const a  = 1;\n\n");
});

test("without a terminal, lines are printed as they are", () => {
  const it = open(false);

  it.display.log("✓ a session      157 ms\n\n");
  it.display.log("\nnext");

  expect(it.text()).toBe("✓ a session      157 ms\n\nnext\n");
});
