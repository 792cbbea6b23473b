// @ts-check
/** @import { ManagerOptions, SocketOptions } from "socket.io-client" */

/**
 * How the page's client connects: the options that it hands to `io()`. By its own defaults polling
 * comes first, and then the upgrade to WebSocket.
 *
 * @type {Partial<ManagerOptions & SocketOptions>}
 */
export const clientOptions = {
  // What is not acknowledged is sent again, and what comes after it waits.
  retries: Infinity,
  // Since when it is taken for lost, in ms.
  ackTimeout: 3000,
};
