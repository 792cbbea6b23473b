import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../catalog.ts";

test("a worker has the same colour here and in the chat page", () => {
  const hues = (...path: string[]) =>
    readFileSync(join(root, ...path), "utf8").match(/\[data-hue="\d"\] \{\n.*\n\}/g);

  expect(hues("workshop", "web", "client", "tokens.css")).toEqual(hues("page", "chat.css"));
});
