// @ts-check
/** @import { ManagerOptions, SocketOptions } from "socket.io-client" */

/**
 * What this page's Socket.IO client is told: here nothing, so it does all by its own defaults. From
 * step 4 on each step brings a file of this name, which is served in place of this one.
 *
 * @type {Partial<ManagerOptions & SocketOptions>}
 */
export const clientOptions = {};
