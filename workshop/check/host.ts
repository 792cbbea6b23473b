/**
 * A checker in a process of its own. The session starts it, sends requests over IPC and hears the
 * results; so vitest and Playwright (some 300 MB) are in memory only while somebody is working.
 */
import { toldOf } from "../problems.ts";
import { openChecker } from "./checker.ts";
import type { FromHost, ToHost } from "./messages.ts";

const tell = (message: FromHost) => {
  if (process.connected) process.send?.(message);
};
// Ctrl-C is for the session; this process ends when the session lets go of it.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});

try {
  const checker = await openChecker();
  process.once("disconnect", () => {
    void Promise.resolve(checker[Symbol.asyncDispose]()).finally(() => process.exit());
  });
  if (!process.connected) process.emit("disconnect");

  let latest = 0;
  process.on("message", (message: ToHost) => {
    if (message.kind === "cancel") {
      if (message.id === latest) void checker.cancel();
      return;
    }
    const { id, request } = message;
    latest = id;
    checker
      .run(request, (result) => tell({ kind: "result", id, result }))
      .then(
        () => tell({ kind: "done", id }),
        (error: unknown) => tell({ kind: "failed", id, ...toldOf(error) }),
      );
  });
  tell({ kind: "open", folder: checker.folder });
} catch (error) {
  tell({ kind: "closed", ...toldOf(error) });
  process.disconnect();
  process.exit(1);
}
