import { describe, expect, test } from "vitest";
import { until } from "./stage/until.ts";
import { openDesk, runCli, startCli } from "./testing/cli.ts";

describe("npm run slides", () => {
  test("serves the deck, says where, and ends with Ctrl-C", async () => {
    using desk = openDesk();
    const { cli, ended } = startCli(["slides", "--no-open", "--theme", "dark"], desk);
    let output = "";
    cli.stdout?.on("data", (text: string) => (output += text));

    const url = await until(
      () => /http:\S+/.exec(output)?.[0] ?? "",
      (found) => found !== "",
      { within: 30_000, otherwise: () => new Error(`It has printed no address: ${output}`) },
    );
    const page = await (await fetch(url)).text();
    cli.kill("SIGINT");

    expect(page).toContain('data-theme="dark"');
    expect((await ended).code).toBe(130);
  });

  test.each([
    [["--theme", "green"], "--theme is light or dark, not green."],
    [["--ratio", "1:1"], "--ratio is 16:9 or 4:3, not 1:1."],
    [["--record", "12"], "There is no step 12: the steps are 1 to 9. Example: npm run step 3"],
  ])("%j is not understood, and answered in one line", async (words, line) => {
    const { code, output } = await runCli(["slides", ...words]);

    expect(output.trim()).toBe(line);
    expect(code).toBe(2);
  });
});
