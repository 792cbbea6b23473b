import { spawn } from "node:child_process";

/** What has not failed by then has opened it. In ms. */
const OPENS_WITHIN = 1_500;

/** Opens a URL in the person's browser. Gives false where there is no way to. */
export function openUrl(url: string): Promise<boolean> {
  const [command, args]: [string, string[]] =
    process.platform === "darwin"
      ? ["open", [url]]
      : process.platform === "win32"
        ? ["cmd", ["/c", "start", "", url]]
        : ["xdg-open", [url]];
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "ignore", detached: true });
    child.once("error", () => resolve(false));
    // Some stay as long as the browser does; those that find none end at once.
    child.once("exit", (code) => resolve(code === 0));
    setTimeout(() => resolve(true), OPENS_WITHIN).unref();
    child.unref();
  });
}
