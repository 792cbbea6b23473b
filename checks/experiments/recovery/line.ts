import { connect, createServer, type Socket } from "node:net";
import { listen } from "../../relay/house.ts";

/** A network between a client and a server, with the faults of real ones. */
export interface Line extends AsyncDisposable {
  url: string;
  /** From now on nothing of what the server says arrives; what the client says does. */
  muffle: () => void;
  /** Ends the connections as a process that is killed does: both ends are told. */
  cut: () => void;
  /** Ends them as a change of networks does: the client is told, and the server is not. */
  leave: () => void;
}

/** Lays a line to a port of the loopback address. Connections made after a fault are sound. */
export async function layLine(port: number): Promise<Line> {
  const near = new Set<Socket>();
  const far = new Set<Socket>();
  const server = createServer((client) => {
    const onward = connect(port, "127.0.0.1");
    near.add(client);
    far.add(onward);
    for (const socket of [client, onward]) socket.on("error", () => {});
    client.pipe(onward, { end: false });
    onward.pipe(client);
  });
  const end = (sockets: Set<Socket>) => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const cut = () => {
    end(near);
    end(far);
  };
  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    muffle() {
      for (const onward of far) onward.unpipe().resume();
    },
    cut,
    leave: () => end(near),
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
