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

const io = new Server<ClientToServerEvents, ServerToClientEvents>(httpServer, {
  serveClient: false,
});

io.on("connection", (socket) => {
  // In brackets, because the types keep it private: whoever knows a session id can speak for it. It
  // is told here so that the page can show it; a server in production keeps it to itself.
  socket.emit("hello", { worker, sid: socket.conn["id"] });

  socket.on("say", (text: unknown, reply: unknown) => {
    const answer = (result: Reply) => {
      if (typeof reply === "function") reply(result);
    };
    if (typeof text !== "string" || text.length < 1 || text.length > 500) {
      answer({ ok: false, error: "A message is a text of 1 to 500 characters." });
      return;
    }
    io.emit("said", { text, from: socket.id.slice(0, 4), worker });
    answer({ ok: true });
  });

  io.emit("members", io.sockets.sockets.size);
  socket.on("disconnect", () => io.emit("members", io.sockets.sockets.size));

  // A drill: with DRILL in its environment, this worker can be crashed on purpose.
  if (process.env.DRILL) {
    socket.on("crash", async () => {
      throw new Error(`worker ${worker.instance} was asked to crash`);
    });
  }
});

httpServer.listen(PORT, () => {
  console.log(`worker ${worker.instance} (pid ${worker.pid}) listens on port ${PORT}`);
  //#region TODO 2.2
  // Tell pm2 that this process is ready. pm2 has started it as a child and listens to its messages:
  // process.send("ready"). Without pm2 there is no process.send.
  //#endregion
});

//#region TODO 2.3
// pm2 stops a process with SIGINT (Docker and systemd with SIGTERM), and kills it if it has not ended
// within kill_timeout. Make it end by itself: once SIGINT comes, close Socket.IO (which ends the
// sessions and stops listening), wait until that is done, and exit with code 0.
//#endregion

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
