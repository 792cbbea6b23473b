import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { until } from "../stage/until.ts";
import { listenToKeys } from "./keys.ts";

function open() {
  const input = Object.assign(new PassThrough(), {
    raw: [] as boolean[],
    setRawMode: (raw: boolean) => input.raw.push(raw),
  });
  const keys: string[] = [];
  const listening = listenToKeys(input, (key) => keys.push(key));
  return {
    input,
    async typed(text: string, count: number) {
      input.write(text);
      return until(
        () => keys,
        ({ length }) => length >= count,
        { within: 2_000, otherwise: () => new Error(`Only ${JSON.stringify(keys)} came.`) },
      );
    },
    keys,
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  };
}

describe("keys come by name", () => {
  test.each([
    ["h", ["h"]],
    ["G?/ ", ["G", "?", "/", " "]],
    ["é日", ["é", "日"]],
    ["\x1b[A\x1b[B", ["up", "down"]],
    ["\x1b[5~\x1b[6~", ["pageup", "pagedown"]],
    ["\x1b[H\x1b[F", ["home", "end"]],
    ["\r\x7f", ["return", "backspace"]],
    ["\x1b", ["escape"]],
    ["\x03\x1a", ["ctrl-c", "ctrl-z"]],
  ])("%j", async (text, names) => {
    using it = open();

    expect(await it.typed(text, names.length)).toEqual(names);
  });
});

test("what is pasted is no key", async () => {
  using it = open();

  expect(await it.typed("\x1b[200~quit\r\x1b[201~h", 1)).toEqual(["h"]);
});

test("a letter with Alt is no key", async () => {
  using it = open();

  expect(await it.typed("\x1bqh", 1)).toEqual(["h"]);
});

test("raw mode is on while it listens, and off when it is disposed", async () => {
  const it = open();
  it[Symbol.dispose]();

  it.input.write("q");

  expect(it.input.raw).toEqual([true, false]);
  expect(it.input.listenerCount("keypress")).toBe(0);
});
