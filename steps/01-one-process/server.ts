import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import express from "express";
import { Server } from "socket.io";
import type { ClientToServerEvents, Reply, ServerToClientEvents } from "../../page/events.ts";

const PORT = Number(process.env.PORT ?? 3000);
const worker = { instance: Number(process.env.NODE_APP_INSTANCE ?? 0), pid: process.pid };

const app = express();
app.use(express.static(here("../../page")));
app.use("/client", express.static(here("../../node_modules/socket.io-client/dist")));

const httpServer = createServer(app);

//#region TODO 1.1
// Attach Socket.IO to the HTTP server: hand httpServer to the constructor. The page brings its own
// client, so { serveClient: false }.
const io = new Server<ClientToServerEvents, ServerToClientEvents>();
//#endregion

io.on("connection", (socket) => {
  //#region TODO 1.2
  // Greet the newcomer: send it "hello" with this worker and the session id of its handshake. That is
  // not socket.id, which is public; it is the id of the connection below: socket.conn["id"] (in
  // brackets, because the types keep it private: whoever knows a session id can speak for it).
  //#endregion

  //#region TODO 1.3
  // Listen to "say". A message is a text of 1 to 500 characters: emit it to everybody as "said", with
  // from (the first four characters of socket.id) and worker, and acknowledge it with { ok: true }.
  // Anything else changes nothing and is answered with { ok: false, error: "…" }. Clients send what
  // they like, whatever the types promise: take both arguments as unknown.
  //#endregion

  //#region TODO 1.4
  // Tell everybody how many are here ("members") when somebody comes, and again when somebody has
  // gone ("disconnect"). io.sockets.sockets is the map of those who are connected.
  //#endregion
});

httpServer.listen(PORT, () => {
  console.log(`worker ${worker.instance} (pid ${worker.pid}) listens on port ${PORT}`);
});

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
