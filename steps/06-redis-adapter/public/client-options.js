// @ts-check
/** @import { ManagerOptions, SocketOptions } from "socket.io-client" */

/**
 * How the page's client connects: the options that it hands to `io()`.
 *
 * @type {Partial<ManagerOptions & SocketOptions>}
 */
export const clientOptions = {
  transports: ["websocket"],
};
