/**
 * A client of one pm2 daemon in a process of its own: `remote-pm2-child.ts HOME`. It is told over IPC
 * what to call, tells what came of it, and hands on what is on the bus. It ends with its parent.
 */
import { toldOf } from "../problems.ts";
import { connectPm2 } from "./pm2.ts";
import type { FromChild, ToChild } from "./remote-pm2.ts";

const [, , home = ""] = process.argv;
const tell = (message: FromChild) => {
  if (process.connected) process.send?.(message);
};

process.once("disconnect", () => process.exit());
// Ctrl-C is for the parent, which may have something left to ask.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});

try {
  const pm2 = await connectPm2(home);
  pm2.bus.on("message", (message) => tell({ kind: "bus", message }));
  process.on("message", ({ id, method, args }: ToChild) => {
    Promise.resolve(Reflect.apply(pm2[method], pm2, args)).then(
      (value: unknown) => tell({ kind: "answer", id, value }),
      (error: unknown) => tell({ kind: "failure", id, ...toldOf(error) }),
    );
  });
  tell({ kind: "open" });
} catch (error) {
  tell({ kind: "closed", ...toldOf(error) });
  process.disconnect();
}
