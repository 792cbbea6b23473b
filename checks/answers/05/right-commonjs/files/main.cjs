const http = require("node:http");
const path = require("node:path");
const express = require("express");
const { Server } = require("socket.io");
const { Bus } = require("./bus.cjs");

const worker = { instance: Number(process.env.NODE_APP_INSTANCE), pid: process.pid };
const files = (folder) => express.static(path.join(__dirname, folder));

const app = express();
app.use(files("public"), files("../../page"));
app.use("/client", files("../../node_modules/socket.io-client/dist"));

const server = http.createServer(app);
const io = new Server(server, { transports: ["websocket"] });
const bus = new Bus({
  url: process.env.REDIS_URL,
  channel: `${process.env.REDIS_PREFIX}:said`,
  onMessage: (message) => io.emit("said", message),
});

io.on("connection", (socket) => {
  socket.emit("hello", { worker, sid: socket.conn.id });
  socket.on("say", (text, reply) => {
    const answer = typeof reply === "function" ? reply : () => {};
    if (typeof text !== "string" || !text || text.length > 500) {
      return answer({ ok: false, error: "Between 1 and 500 characters, please." });
    }
    const message = { text, from: socket.id.slice(0, 4), worker };
    io.emit("said", message);
    bus.send(message);
    answer({ ok: true });
  });
  const count = () => io.emit("members", io.of("/").sockets.size);
  count();
  socket.on("disconnect", count);
});

let listening = false;
function listen(error) {
  if (error) console.error("without Redis:", error.message);
  if (listening) return;
  listening = true;
  server.listen(process.env.PORT, () => process.send("ready"));
}

bus.start(listen);
setTimeout(listen, 1500);
process.on("SIGINT", () => io.close(() => process.exit(0)));
