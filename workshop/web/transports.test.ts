import { describe, expect, test } from "vitest";
import { folderOf, steps } from "../catalog.ts";
import { makeFolder } from "../testing/folder.ts";
import { answersOf } from "../verify/answers.ts";
import { compose } from "../verify/compose.ts";
import { transportsOf } from "./transports.ts";

const BOTH = ["polling", "websocket"];
const rightAnswers = steps
  .filter(({ number }) => number === 4)
  .flatMap((step) => answersOf(step))
  .filter(({ kind }) => kind === "right");

/** The transports of a page whose options are these. */
async function transportsIn(options: string, more: Record<string, string> = {}) {
  using folder = makeFolder({ ...more, "public/client-options.js": options });
  return await transportsOf(folder.path);
}

test.each(steps.filter(({ number }) => number >= 4))(
  "a crowd connects as the page of step $number does",
  async (step) => {
    const expected = step.number < 7 ? ["websocket"] : BOTH;

    expect(await transportsOf(folderOf(step, "solution"))).toEqual(expected);
  },
);

test.each(rightAnswers)("a crowd connects as the page of $name does", async (answer) => {
  using code = compose(answer);

  expect(await transportsOf(code.dir)).toEqual(["websocket"]);
});

describe("the options of a page", () => {
  test("may stand in one line", async () => {
    expect(await transportsIn('export const clientOptions = { transports: ["polling"] };')).toEqual(
      ["polling"],
    );
  });

  test("may name the transports the other way round", async () => {
    const options = 'export const clientOptions = { transports: ["websocket", "polling"] };';

    expect(await transportsIn(options)).toEqual(["websocket", "polling"]);
  });

  test("may be imported from the page's own server", async () => {
    const options = 'export { clientOptions } from "/options.js";';
    const more = {
      "public/options.js": 'export const clientOptions = { transports: ["websocket"] };',
    };

    expect(await transportsIn(options, more)).toEqual(["websocket"]);
  });

  test("may ask the browser for this and that", async () => {
    const options = `
      const only = new URLSearchParams(location.search).has("poll") ? "polling" : "websocket";
      window.addEventListener("offline", () => console.warn(document.title));
      export const clientOptions = { transports: [only] };`;

    expect(await transportsIn(options)).toEqual(["websocket"]);
  });
});

describe("a crowd connects as Socket.IO does by itself where the options", () => {
  test.each([
    ["are commented out", 'export const clientOptions = { /* transports: ["websocket"] */ };'],
    ["name none that there is", 'export const clientOptions = { transports: ["websockets"] };'],
    ["are exported by another name", 'export default { transports: ["websocket"] };'],
    ["cannot be read", "export const clientOptions = {"],
    ["throw", 'throw new Error("mine"); export const clientOptions = {};'],
    ["come to no end", "for (;;); export const clientOptions = {};"],
  ])("%s", async (_, options) => {
    expect(await transportsIn(options)).toEqual(BOTH);
  });

  test("are not there", async () => {
    using folder = makeFolder();

    expect(await transportsOf(folder.path)).toEqual(BOTH);
  });
});
