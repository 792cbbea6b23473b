import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { AppOutput } from "./app-output.ts";

function open() {
  let now = 0;
  const printed: string[] = [];
  const output = new AppOutput(
    (text) => printed.push(stripVTControlCharacters(text)),
    () => now,
  );
  return { output, printed, wait: (ms: number) => (now += ms) };
}

test("each line that an app prints is printed, by its stream", () => {
  const it = open();

  it.output.hear("out", "one\ntwo\n");
  it.output.hear("err", "oops\n");

  expect(it.printed).toEqual(["Output   one", "Output   two", "Errors   oops"]);
});

test("what would move the cursor is left out", () => {
  const it = open();

  it.output.hear("out", "\x1b[2Jhere\n");

  expect(it.printed).toEqual(["Output   here"]);
});

test("the same line is printed three times in ten seconds, then l is pointed to", () => {
  const it = open();

  for (let count = 0; count < 20; count += 1) {
    it.output.hear("err", "connect ECONNREFUSED\n");
    it.wait(400);
  }
  it.wait(10_000);
  it.output.hear("err", "connect ECONNREFUSED\n");

  expect(it.printed).toEqual([
    ...Array<string>(3).fill("Errors   connect ECONNREFUSED"),
    "Errors   … and more of that kind; l shows it all",
    "Errors   connect ECONNREFUSED",
  ]);
});

test("more than ten lines a second are not printed, and those of the next second are", () => {
  const it = open();

  for (let count = 0; count < 100; count += 1) it.output.hear("out", `line ${count}\n`);
  it.wait(1_000);
  it.output.hear("out", "later\n");

  expect(it.printed).toHaveLength(12);
  expect(it.printed.slice(-2)).toEqual([
    "Output   … and more of that kind; l shows it all",
    "Output   later",
  ]);
});
