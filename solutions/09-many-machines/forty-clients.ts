/**
 * Connects 40 clients, one after the other, and counts those that succeed at first try.
 *
 *     npx tsx forty-clients.ts [url] [transports]
 *
 * The transports are Socket.IO's default ones; `websocket` or `polling` are others.
 */
import { io } from "socket.io-client";

const url = process.argv[2] ?? "http://localhost:3000";
const transports = (process.argv[3] ?? "polling,websocket").split(",");
const CLIENTS = 40;

await fetch(url).catch(() => {
  console.error(`Nobody answers at ${url}. Is npm run step running, and is that its URL?`);
  process.exit(1);
});

let connected = 0;
for (let client = 1; client <= CLIENTS; client += 1) {
  const result = await tryOnce();
  if (result === "connected") connected += 1;
  console.log(`client ${String(client).padStart(2)}  ${result}`);
}
console.log(
  `\n${connected} of ${CLIENTS} connected at first try: a share of ${connected / CLIENTS}`,
);
// A client that has given up may still wait for the answer to its last poll.
process.exit();

function tryOnce(): Promise<string> {
  return new Promise((resolve) => {
    const socket = io(url, { transports, forceNew: true, reconnection: false, timeout: 5000 });
    const end = (result: string) => {
      resolve(result);
      socket.disconnect();
    };
    socket.once("connect", () => end("connected"));
    // The server cannot be reached, or it has refused the handshake …
    socket.once("connect_error", (error) => end(error.message));
    // … or the session broke before the handshake was complete.
    socket.io.once("close", (reason) => end(reason));
  });
}
