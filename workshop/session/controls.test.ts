import { describe, expect, test } from "vitest";
import { MachineProblem } from "../problems.ts";
import type { Display } from "../terminal/display.ts";
import type { Command } from "./commands.ts";
import { Controls } from "./controls.ts";

/** Controls with two commands, a and b; what is done with them is written down. */
function open({ isLive = true, isPaging = false } = {}) {
  const done: string[] = [];
  const logged: string[] = [];
  const display: Display = {
    isLive,
    isPaging,
    width: 80,
    log: (text) => logged.push(text),
    press: (key) => done.push(`page: ${key}`),
    page() {},
    refresh() {},
    release() {},
    take() {},
    [Symbol.dispose]() {},
  };
  const controls = new Controls(display);
  const command = (key: string, run: () => void): Command => ({
    key,
    label: "",
    about: "",
    rank: 0,
    run,
  });
  controls.commands = () => [
    command("a", () => done.push("a")),
    command("b", () => controls.ask("Really?", () => done.push("b"))),
  ];
  const type = (keys: string) => {
    for (const key of keys.split(" ")) controls.press(key);
  };
  return { controls, done, logged, type };
}

describe("a key", () => {
  test.each(["a", "A"])("does what it is for: %s", (key) => {
    const it = open();

    it.type(key);

    expect(it.done).toEqual(["a"]);
  });

  test("that is none points to the help, until the next one", () => {
    const it = open();

    it.type("x");
    const remark = it.controls.remark;
    it.type("a");

    expect(remark).toBe("x does nothing here: ? shows the keys");
    expect(it.controls.remark).toBeUndefined();
  });

  test.each(["return", "up", "escape", "f5", "ctrl-l", "tab"])(
    "%s does nothing, and nothing is said",
    (key) => {
      const it = open();

      it.type(key);

      expect([it.done, it.controls.remark]).toEqual([[], undefined]);
    },
  );

  test("is for the page that is open", () => {
    const it = open({ isPaging: true });

    it.type("a x");

    expect(it.done).toEqual(["page: a", "page: x"]);
  });
});

describe("a question", () => {
  test("is open at once: what is typed ahead answers it", () => {
    const it = open();

    it.type("b y a");

    expect(it.done).toEqual(["b", "a"]);
  });

  test.each(["n", "N", "escape"])("is answered with no by %s", (key) => {
    const it = open();

    it.type(`b ${key}`);

    expect([it.done, it.controls.question]).toEqual([[], undefined]);
  });

  test("waits for its answer: no other key does anything meanwhile", () => {
    const it = open();

    it.type("b a x return b");

    expect([it.done, it.controls.question]).toEqual([[], "Really?"]);
  });

  test("is answered once: the second y is a key like any other", () => {
    const it = open();

    it.type("b y y");

    expect(it.done).toEqual(["b"]);
    expect(it.controls.remark).toContain("y does nothing here");
  });

  test("and its answer are printed where nothing is drawn", () => {
    const it = open({ isLive: false });

    it.type("b x y");

    const asked = "Really? Press y for yes, n for no.";
    expect(it.logged).toEqual([asked, asked, "Yes."]);
  });
});

test("what fails at once is said, and the next key works", () => {
  const it = open();
  const [a] = it.controls.commands();
  const fails = () => {
    throw new MachineProblem("The folder is missing.", "git checkout");
  };
  it.controls.commands = () => (a ? [{ ...a, key: "f", run: fails }, a] : []);

  it.type("f a");

  expect(it.logged).toEqual(["The folder is missing.\nMend it: git checkout"]);
  expect(it.done).toEqual(["a"]);
});

describe("what takes its time", () => {
  test("is done one after the other, and waited for", async () => {
    const { controls, done } = open();

    for (const name of ["one", "two"]) {
      controls.act(async () => {
        done.push(`${name} begins`);
        await Promise.resolve();
        done.push(`${name} ends`);
      });
    }
    await controls.idle();

    expect(done).toEqual(["one begins", "one ends", "two begins", "two ends"]);
  });

  test("may fail: then that is said, and what comes next is done", async () => {
    const { controls, done, logged } = open();

    controls.act(() => Promise.reject(new MachineProblem("The disk is full.", "make room")));
    controls.act(async () => void done.push("next"));
    await controls.idle();

    expect(logged).toEqual(["The disk is full.\nMend it: make room"]);
    expect(done).toEqual(["next"]);
  });
});
