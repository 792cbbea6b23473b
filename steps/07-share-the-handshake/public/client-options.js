// @ts-check
/** @import { ManagerOptions, SocketOptions } from "socket.io-client" */

/**
 * How the page's client connects: the options that it hands to `io()`. Here by its own defaults:
 * polling first, and then the upgrade to WebSocket.
 *
 * @type {Partial<ManagerOptions & SocketOptions>}
 */
export const clientOptions = {};
