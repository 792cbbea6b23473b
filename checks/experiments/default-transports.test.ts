import { expect, test } from "vitest";
import { runScript } from "../../workshop/testing/script.ts";
import { ask } from "../../workshop/testing/traced-server.ts";

const EXPERIMENT = new URL("default-transports.mjs", import.meta.url).href;
const HANDSHAKE = "/socket.io/?EIO=4&transport=polling";

/** A server that names no transport but WebSocket. */
const SERVER = `
  import { createServer } from "node:http";
  import { Server } from "socket.io";
  const http = createServer();
  new Server(http, { transports: ["websocket"], pingInterval: 12345 });
  http.listen(0, "127.0.0.1", () => process.send({ port: http.address().port }));
`;

/** What a handshake by polling is answered. */
async function handshake(imports: string[]): Promise<{ status: number; body: string }> {
  await using server = runScript(SERVER, { imports });
  const { port } = await server.hears(
    (message): message is { port: number } =>
      typeof message === "object" && message !== null && "port" in message,
  );
  return await ask(`http://127.0.0.1:${port}${HANDSHAKE}`);
}

test("a server that takes WebSockets only refuses to poll", async () => {
  expect(await handshake([])).toMatchObject({ status: 400 });
});

test("with the experiment it takes both, and is what it was otherwise", async () => {
  const { status, body } = await handshake([EXPERIMENT]);

  expect(status).toBe(200);
  expect(JSON.parse(body.slice(1))).toMatchObject({
    upgrades: ["websocket"],
    pingInterval: 12345,
  });
});
