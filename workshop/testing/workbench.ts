import { once } from "node:events";
import { chromium, type Browser, type Page } from "playwright";
import { startBrowser } from "../stage/browser.ts";
import { openRun } from "../stage/run.ts";
import { until } from "../stage/until.ts";
import { startCli, type Desk } from "./cli.ts";

/** How long a start may take on a busy machine, the building of the page among it. In ms. */
const STARTS_WITHIN = 120_000;

/** `npm start` as a person has it running. */
export interface RunningWorkbench extends AsyncDisposable {
  /** The address that it has printed, with the token. */
  url: string;
  port: number;
  /** Ends it as a person does, by Ctrl-C, or outright. Gives what it has printed. */
  end: (signal: "SIGINT" | "SIGKILL") => Promise<string>;
}

/** Starts the workbench on a port, and waits until it has printed its address. */
export async function startWorkbench(desk: Desk, port: number): Promise<RunningWorkbench> {
  const { cli, ended } = startCli(["start", "--no-open", "--port", String(port)], desk);
  let printed = "";
  cli.stdout?.on("data", (text) => (printed += String(text)));
  cli.stderr?.on("data", (text) => (printed += String(text)));
  const url = await until(
    () => /http:\/\/127\.0\.0\.1:(\d+)\/\?token=[\w-]+/.exec(printed)?.[0],
    (found) => found !== undefined || cli.exitCode !== null,
    { within: STARTS_WITHIN, otherwise: () => new Error(`No address was printed: ${printed}`) },
  );
  if (url === undefined) throw new Error(`The workbench has ended: ${printed}`);
  const end = async (signal: "SIGINT" | "SIGKILL") => {
    if (cli.exitCode === null && cli.signalCode === null) {
      cli.kill(signal);
      await once(cli, "close");
    }
    return (await ended).output;
  };
  return {
    url,
    port: Number(new URL(url).port),
    end,
    [Symbol.asyncDispose]: async () => void (await end("SIGINT")),
  };
}

/** One browser for a whole file; each page has cookies of its own. */
export interface OpenBrowser extends AsyncDisposable {
  open: (url: string, options?: Parameters<Browser["newContext"]>[0]) => Promise<OpenPage>;
}

export interface OpenPage extends AsyncDisposable {
  page: Page;
  /** What went wrong in the page itself: none should. */
  errors: string[];
}

export async function openBrowser(): Promise<OpenBrowser> {
  const run = await openRun();
  const server = await startBrowser(run);
  const browser = await chromium.connect(server.endpoint);
  return {
    async open(url, options) {
      const context = await browser.newContext({ reducedMotion: "reduce", ...options });
      context.setDefaultTimeout(60_000);
      const page = await context.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(url);
      return { page, errors, [Symbol.asyncDispose]: () => context.close() };
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await server[Symbol.asyncDispose]();
      await run[Symbol.asyncDispose]();
    },
  };
}
