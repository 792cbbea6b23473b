// @ts-check
/** @import { Socket } from "socket.io-client" */
/** @import { ClientToServerEvents, ServerToClientEvents } from "./events.ts" */
/** @import { Refusal } from "./wire.js" */
import { io } from "socket.io-client";
import { whereabouts } from "./place.js";
import { TRANSPORTS, watchedTransports } from "./wire.js";

/**
 * Opens the page's socket with the options of its step.
 *
 * @param {string[] | undefined} names the transports that the page's address asks for: they win over
 *   those of the step
 * @param {(refusal: Refusal) => void} report
 * @returns {Promise<{ socket: Socket<ServerToClientEvents, ClientToServerEvents>, resends: boolean }>}
 *   with whether it sends again what is not acknowledged
 * @throws Error when client-options.js is of no use, in words for the person who writes it.
 */
export async function openSocket(names, report) {
  const { transports, ...options } = await loadOptions();
  const chosen = names ?? readNames(transports);
  try {
    // Socket.IO takes either names or implementations, and only these can be watched.
    const socket = io({
      auth: (send) => send({ ...whereabouts() }),
      ...options,
      transportImplementations: watchedTransports(chosen, report),
    });
    return { socket, resends: Number(options.retries) > 0 };
  } catch (error) {
    throw new Error(`client-options.js cannot be used: ${error}`, { cause: error });
  }
}

// Not a plain import: a slip in that file would take the whole page with it, without a word.
async function loadOptions() {
  const file = await import("./client-options.js").catch((error) => {
    throw new Error(`client-options.js cannot be loaded: ${error}`, { cause: error });
  });
  const options = file.clientOptions;
  if (typeof options !== "object" || options === null) {
    throw new Error("client-options.js must export an object named clientOptions.");
  }
  if (options.transportImplementations) {
    throw new Error(
      "client-options.js: the page brings its own transportImplementations; name them in transports.",
    );
  }
  return options;
}

/**
 * A name that is not known is no reason to fall back to all transports: the page would connect, and
 * hide the slip.
 *
 * @param {unknown} names
 */
function readNames(names) {
  if (names === undefined) return [];
  if (
    Array.isArray(names) &&
    names.length > 0 &&
    names.every((name) => TRANSPORTS.includes(name))
  ) {
    return names;
  }
  // Classes are as good to Socket.IO, but they cannot be watched.
  const seen = JSON.stringify(names, (_, value) =>
    typeof value === "function" ? "a class" : value,
  );
  throw new Error(
    `client-options.js: transports must be an array of names (${TRANSPORTS.join(", ")}). ` +
      `It is ${seen}.`,
  );
}
