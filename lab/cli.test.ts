import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { experiments } from "./experiments.ts";

const CLI = fileURLToPath(new URL("cli.ts", import.meta.url));

/** Runs `npm run lab` with these words after it. */
function runLab(...words: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["--import", "tsx", CLI, ...words], (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, output: out + err });
    });
  });
}

test("npm run lab lists the experiments, each with its question", async () => {
  const { code, output } = await runLab();

  expect(code).toBe(0);
  for (const { name } of experiments) expect(output).toContain(name);
});

test("npm run lab names the experiments there are when it is asked for another", async () => {
  const { code, output } = await runLab("handshakes");

  expect(code).toBe(2);
  expect(output).toMatch(/^There is no experiment handshakes: there are handshake, browser, /);
});
