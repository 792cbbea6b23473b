import { connect, createServer, type Socket } from "node:net";
import { listen } from "./house.ts";

/** Stands before workers, and gives each new connection to the next of them. */
export interface Balancer extends AsyncDisposable {
  url: string;
}

/** As a load balancer that knows nothing of sessions. */
export async function openBalancer(workers: readonly { port: number }[]): Promise<Balancer> {
  const sockets = new Set<Socket>();
  let next = 0;
  const server = createServer((socket) => {
    const worker = workers[(next += 1) % workers.length];
    if (!worker) throw new Error("unreachable: there are workers");
    const onward = connect(worker.port, "127.0.0.1");
    for (const one of [socket, onward]) {
      sockets.add(one);
      one.on("error", () => {}).on("close", () => sockets.delete(one));
    }
    socket.pipe(onward).pipe(socket);
    socket.on("close", () => onward.destroy());
    onward.on("close", () => socket.destroy());
  });
  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
