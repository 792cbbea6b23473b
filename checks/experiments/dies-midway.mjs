// @ts-check
/**
 * Loaded into each worker before its own code: a request that asks it to die (`X-Die` names its host)
 * kills it once it has come whole, and before it is answered. What nginx makes of that is the question:
 * a request that another worker has passed on does not come from nginx, and kills nobody.
 */
import { Server } from "node:http";

const { emit } = Server.prototype;

/**
 * @this {Server}
 * @param {string} event
 * @param {...any} rest
 */
function emitOrDie(event, ...rest) {
  const [request] = rest;
  if (
    event === "request" &&
    request.headers["x-die"] === process.env.HOST_NAME &&
    request.socket.localPort === Number(process.env.PORT)
  ) {
    request.resume().on("end", () => process.kill(process.pid, "SIGKILL"));
    return true;
  }
  return Reflect.apply(emit, this, [event, ...rest]);
}

Reflect.set(Server.prototype, "emit", emitOrDie);
