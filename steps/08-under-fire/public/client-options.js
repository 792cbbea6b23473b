// @ts-check
/** @import { ManagerOptions, SocketOptions } from "socket.io-client" */

/**
 * How the page's client connects: the options that it hands to `io()`. By its own defaults polling
 * comes first, and then the upgrade to WebSocket.
 *
 * @type {Partial<ManagerOptions & SocketOptions>}
 */
export const clientOptions = {
  //#region TODO 8.5
  // A message that is not acknowledged has to be sent again, until it is: `retries`, and `ackTimeout`.
  //#endregion
};
