/** The floor: a bare WebSocket server in one process that says to everybody what anybody says. */
import { createServer } from "node:http";
import { answer } from "./calls.ts";
import { ws } from "./ws.ts";
import type { WorkerReport } from "./worker.ts";

const httpServer = createServer();
const server = new ws.WebSocketServer({ server: httpServer });
server.on("connection", (socket) => {
  socket.send("hello");
  socket.on("message", (data) => {
    const text = String(data);
    for (const client of server.clients) client.send(text);
  });
});

const answers = {
  start: (): Promise<void> =>
    new Promise((done) => httpServer.listen(Number(process.env.PORT), "127.0.0.1", done)),
  report(): Pick<WorkerReport, "pid" | "cpu">[] {
    const { user, system } = process.cpuUsage();
    return [{ pid: process.pid, cpu: (user + system) / 1000 }];
  },
};
export type BareAnswers = typeof answers;

answer(answers);
