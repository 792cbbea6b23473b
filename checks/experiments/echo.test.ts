import { io } from "socket.io-client";
import { expect, test } from "vitest";
import { runScript } from "../../workshop/testing/script.ts";

const EXPERIMENT = new URL("echo.mjs", import.meta.url).href;

/** A server that knows no event. */
const SERVER = `
  import { createServer } from "node:http";
  import { Server } from "socket.io";
  const http = createServer();
  new Server(http);
  http.listen(0, "127.0.0.1", () => process.send({ port: http.address().port }));
`;

test.each(["polling", "websocket"])(
  "with the experiment a server echoes, and tells where a client is, over %s",
  async (transport) => {
    await using server = runScript(SERVER, { imports: [EXPERIMENT] });
    const { port } = await server.hears(
      (message): message is { port: number } =>
        typeof message === "object" && message !== null && "port" in message,
    );
    const socket = io(`http://127.0.0.1:${port}`, { transports: [transport], forceNew: true });
    try {
      const bytes = Buffer.from([0, 1, 255]);

      expect(await socket.timeout(5_000).emitWithAck("echo", bytes)).toEqual(bytes);
      expect(await socket.timeout(5_000).emitWithAck("where")).toMatch(/127\.0\.0\.1$/);
    } finally {
      socket.disconnect();
    }
  },
);
