const http = require("node:http");
const path = require("node:path");
const express = require("express");
const { Server } = require("socket.io");
const worker = { instance: Number(process.env.NODE_APP_INSTANCE || 0), pid: process.pid };
const app = express();
app.use(express.static(path.join(__dirname, "public")));
app.use(express.static(path.join(__dirname, "../../page")));
app.use(
  "/client",
  express.static(path.join(__dirname, "../../node_modules/socket.io-client/dist")),
);
const server = http.createServer(app);
const io = new Server(server, { transports: ["websocket"] });
io.on("connection", (socket) => {
  socket.emit("hello", { worker, sid: socket.conn.id });
  socket.on("say", (text, reply) => {
    if (typeof reply !== "function") reply = () => {};
    if (typeof text !== "string" || !text.length || text.length > 500)
      return reply({ ok: false, error: "1 to 500 characters, please" });
    io.emit("said", { text, from: socket.id.slice(0, 4), worker });
    reply({ ok: true });
  });
  const tell = () => io.emit("members", io.engine.clientsCount);
  tell();
  socket.on("disconnect", tell);
});
server.listen(process.env.PORT || 3000, () => process.send && process.send("ready"));
process.on("SIGINT", () => io.close(() => process.exit(0)));
