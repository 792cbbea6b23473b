import { createRequire } from "node:module";

/** Engine.IO's own WebSocket library, by way of Engine.IO: the floor shall stand on the same. */
const require = createRequire(import.meta.url);
const ofEngine = createRequire(require.resolve("engine.io"));

/** As much of it as is used here. */
interface Socket {
  send: (text: string) => void;
  on: (event: "message", listener: (data: Buffer) => void) => void;
  once: (event: "open" | "error", listener: () => void) => void;
  close: () => void;
}
interface Library {
  WebSocket: new (url: string) => Socket;
  WebSocketServer: new (options: object) => {
    clients: Set<Socket>;
    on: (event: "connection", listener: (socket: Socket) => void) => void;
  };
}
export type { Socket as BareSocket };

export const ws: Library = ofEngine("ws");
