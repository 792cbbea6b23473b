import { once } from "node:events";
import { WebSocket } from "ws";
import { pathOf } from "./by-hand.ts";
import { seen } from "./party.ts";

/** A WebSocket by hand: what the server has sent is kept, in its order. */
export interface Line extends Disposable {
  socket: WebSocket;
  /** Packets of Engine.IO as they have come, binary ones as hexadecimal digits. */
  packets: string[];
  /** How it was closed: a code of WebSocket; 1006 when the connection was cut. */
  closed: Promise<number>;
  /** Waits until so many packets have come, and gives them all. */
  hears: (count: number) => Promise<string[]>;
}

/** Opens a WebSocket; of a session where it has a sid. @throws Error when it is refused. */
export async function openLine(
  { port }: { port: number },
  sid?: string,
  headers: Record<string, string> = {},
): Promise<Line> {
  const path = pathOf({ sid, query: { transport: "websocket" } });
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  const packets: string[] = [];
  socket.on("message", (data: Buffer, isBinary) => {
    packets.push(data.toString(isBinary ? "hex" : "utf8"));
  });
  const closed = new Promise<number>((resolve) => void socket.on("close", resolve));
  await once(socket, "open");
  socket.on("error", () => {});
  return {
    socket,
    packets,
    closed,
    hears: (count) =>
      seen(() => (packets.length >= count ? packets : undefined), `${count} packets`),
    [Symbol.dispose]: () => socket.terminate(),
  };
}

/** Makes a polling session one of a WebSocket, as clients do it. */
export async function upgrade(place: { port: number }, sid: string): Promise<Line> {
  const line = await openLine(place, sid);
  line.socket.send("2probe");
  await line.hears(1);
  line.packets.length = 0;
  line.socket.send("5");
  return line;
}
