import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { root } from "../catalog.ts";
import { noPty, openPty } from "../testing/pty.ts";

const VIEW = pathToFileURL(join(root, "workshop", "session", "view.ts")).href;

/** Arguments for a Node that opens a view and a page on it, and at `!` does what is said. */
const program = (then: string) => [
  "--import",
  "tsx",
  "--input-type=module",
  "-e",
  `import { openView } from ${JSON.stringify(VIEW)};
   const view = openView({ input: process.stdin, output: process.stdout, plain: false });
   view.display.log("in the log");
   view.display.page({ title: "Page", lines: () => ["on the page"] });
   view.controls.commands = () => [{ key: "x", run: () => view.display.log("x was pressed") }];
   process.stdin.on("keypress", (key) => { if (key === "!") { ${then} } });`,
];

describe.skipIf(noPty)("the terminal is given back", () => {
  test.each([
    ["after an error that nobody catches", `throw new Error("a bug")`, /Error: a bug/],
    ["after a promise that nobody catches", `Promise.reject(new Error("a bug"))`, /Error: a bug/],
    ["after process.exit", `process.exit(3)`, /in the log/],
    ["when the view is closed", `view[Symbol.dispose](); process.stdin.unref()`, /in the log/],
  ])("%s", async (_, then, last) => {
    await using pty = openPty(process.execPath, program(then));
    await pty.shows(/on the page/);

    pty.type("!");
    await pty.ended;

    expect(await pty.terminal.isGivenBack()).toBe(true);
    const text = (await pty.terminal.all()).join("\n");
    expect(text).toMatch(last);
    expect(text).not.toContain("on the page");
  });
});

describe.skipIf(noPty || process.platform === "win32")("Ctrl-Z", () => {
  test("stops it, with the terminal given back; with fg, all is as it was", async () => {
    // A shell that does not wait for anybody to type fg.
    const shell = ["-c", 'set -m; "$0" "$@"; echo "stopped: $(stty -a)"; read go; fg'];
    await using pty = openPty("sh", [...shell, process.execPath, ...program("")]);
    await pty.shows(/on the page/);

    pty.type("\x1a");
    const stopped = await pty.shows(/^stopped: [^]*icanon/m);
    const isGivenBack = await pty.terminal.isGivenBack();
    pty.type("go\r");
    await pty.shows(/on the page/);
    pty.type("qx");
    await pty.shows(/x was pressed/);

    expect(stopped).toMatch(/in the log[^]*[^-]icanon/);
    expect(isGivenBack).toBe(true);
  });

  test("does nothing where no shell could make it go on", async () => {
    await using pty = openPty(process.execPath, program(""));
    await pty.shows(/on the page/);

    pty.type("\x1aqx");

    await pty.shows(/x was pressed/);
  });
});
