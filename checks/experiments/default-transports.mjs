// @ts-check
/**
 * Loaded into each worker before its own code: whatever transports its server names, it gets
 * Socket.IO's default ones. So the code under test can show what its adapter does for a handshake.
 */
import { createRequire } from "node:module";

const fromHere = createRequire(import.meta.url);
const fromSocketIo = createRequire(fromHere.resolve("socket.io"));
const { Server } = fromSocketIo("engine.io");

const { init } = Server.prototype;
Server.prototype.init = function () {
  this.opts.transports = ["polling", "websocket"];
  return init.call(this);
};
