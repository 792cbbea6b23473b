import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { daemonPid } from "../stage/daemon.ts";
import { isAlive } from "../stage/processes.mjs";

const require = createRequire(import.meta.url);

/** How long a daemon may take to answer, in ms. */
const ANSWER_WITHIN = 5_000;

/** The part that is needed of what pm2's own client is made of. */
interface Axon {
  socket: (kind: "req") => AxonSocket;
}
interface AxonSocket {
  connect: (address: string) => void;
  close: () => void;
  on: (event: "error", listener: () => void) => void;
}
interface Rpc {
  Client: new (socket: AxonSocket) => {
    call: (
      method: string,
      args: object,
      done: (error: unknown, apps?: { name?: string }[]) => void,
    ) => void;
  };
}

/**
 * The apps that a daemon knows of, running or not. It is asked without pm2's client, because one
 * process can have that for one daemon only, and because it would start a daemon where there is none.
 */
export async function appsOfDaemon(home: string): Promise<string[]> {
  const address = join(home, "rpc.sock");
  if (!isAlive(daemonPid(home)) || !existsSync(address)) return [];
  const axon: Axon = require("pm2/modules/pm2-axon");
  const rpc: Rpc = require("pm2/modules/pm2-axon-rpc");
  const socket = axon.socket("req");
  const client = new rpc.Client(socket);
  try {
    return await new Promise<string[]>((resolve) => {
      // It has ended meanwhile: then it runs nothing.
      socket.on("error", () => resolve([]));
      setTimeout(resolve, ANSWER_WITHIN, []).unref();
      socket.connect(`unix://${address}`);
      client.call("getMonitorData", {}, (_, apps = []) =>
        resolve(apps.map(({ name }) => String(name))),
      );
    });
  } finally {
    socket.close();
  }
}
