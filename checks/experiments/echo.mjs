// @ts-check
/**
 * Loaded into each worker before its own code: its server also answers two events of which the chat
 * knows nothing. `echo` gives back what it got, of any kind and length; `where` says from which
 * address the connection comes that carries the session now.
 */
import { createRequire } from "node:module";

const fromHere = createRequire(import.meta.url);
const { Socket } = fromHere("socket.io");

const { _onconnect } = Socket.prototype;
Socket.prototype._onconnect = function () {
  this.on("echo", (/** @type {unknown} */ what, /** @type {unknown} */ reply) => {
    if (typeof reply === "function") reply(what);
  });
  this.on("where", (/** @type {unknown} */ reply) => {
    if (typeof reply === "function") reply(connectionOf(this.conn.transport)?.remoteAddress);
  });
  return _onconnect.call(this);
};

/**
 * The socket under a WebSocket, or under the poll that waits.
 *
 * @param {any} transport
 * @returns {import("node:net").Socket | undefined}
 */
function connectionOf(transport) {
  return transport.name === "websocket" ? transport.socket?._socket : transport.req?.socket;
}
