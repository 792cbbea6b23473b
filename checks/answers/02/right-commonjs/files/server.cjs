const http = require("node:http");
const path = require("node:path");
const express = require("express");
const { Server } = require("socket.io");

const PORT = process.env.PORT || 3000;
const worker = { instance: Number(process.env.NODE_APP_INSTANCE || 0), pid: process.pid };

const app = express();
app.use(express.static(path.join(__dirname, "../../page")));
app.use(
  "/client",
  express.static(path.join(__dirname, "../../node_modules/socket.io-client/dist")),
);

const server = http.createServer(app);
const io = new Server(server, { serveClient: false });

io.on("connection", function (socket) {
  socket.emit("hello", { worker: worker, sid: socket.conn.id });
  socket.on("say", function (text, reply) {
    const ok = typeof text === "string" && text.length > 0 && text.length <= 500;
    if (ok) io.emit("said", { text: text, from: socket.id.slice(0, 4), worker: worker });
    if (typeof reply === "function") reply(ok ? { ok: true } : { ok: false, error: "1 to 500" });
  });
  io.emit("members", io.sockets.sockets.size);
  socket.on("disconnect", function () {
    io.emit("members", io.sockets.sockets.size);
  });
  if (process.env.DRILL) {
    socket.on("crash", function () {
      throw new Error("crash");
    });
  }
});

server.listen(PORT, function () {
  console.log("listens on port " + PORT);
  if (process.send) process.send("ready");
});

process.on("SIGINT", function () {
  io.close(function () {
    process.exit(0);
  });
});
