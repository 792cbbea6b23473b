// @ts-check
/** @import { ManagerOptions } from "socket.io-client" */
import { WebSocket, WebTransport, XHR } from "socket.io-client";

/** @typedef {NonNullable<ManagerOptions["transportImplementations"]>} Transports */

/** The names of the client's transports, in its own order. */
export const TRANSPORTS = ["polling", "websocket", "webtransport"];

/**
 * A request of this page that was not served.
 *
 * @typedef {object} Refusal
 * @property {Date} at when the answer came
 * @property {string} method
 * @property {string} transport
 * @property {string | undefined} sid the session that the request spoke for
 * @property {number | undefined} status the browser hides it for a WebSocket
 * @property {string} message the server's words where there are any
 */

/**
 * The client's own transports, in its own order, which also report every refusal.
 *
 * The client itself tells of the first refusal in a session and then stops listening: the requests
 * still on their way, and the farewell that it posts, are refused unseen. It hides the answer to a
 * WebSocket request too. So this watches where the requests are made. `performance` would show them
 * as well, but neither the method nor the server's words, and no status in Safari.
 *
 * @param {string[]} names which of them, in which order; those unknown are left out
 * @param {(refusal: Refusal) => void} report
 * @returns {Transports}
 */
export function watchedTransports(names, report) {
  class WatchedPolling extends XHR {
    /** @override @param {Record<string, unknown>} [options] */
    request(options = {}) {
      const method = typeof options.method === "string" ? options.method : "GET";
      const sid = this.query.sid;
      const request = super.request(options);
      request.on("error", (status, xhr) => {
        // 0 is a connection that broke or was never made: nobody has refused anything.
        if (typeof status !== "number" || status < 400) return;
        report({ at: new Date(), method, transport: this.name, sid, status, message: words(xhr) });
      });
      return request;
    }
  }

  class WatchedWebSocket extends WebSocket {
    /** @param {Record<string, unknown>} options */
    constructor(options) {
      super(options);
      const refused = () => {
        const sid = this.query.sid;
        // Without a session this is a first handshake: it may as well be that nobody is there.
        if (!sid) return;
        const message = "WebSocket upgrade refused";
        const transport = this.name;
        report({ at: new Date(), method: "GET", transport, sid, status: undefined, message });
      };
      this.once("error", refused);
      this.once("open", () => this.off("error", refused));
    }
  }

  /** @type {Map<string, Transports[number]>} */
  const known = new Map();
  known.set("polling", WatchedPolling).set("websocket", WatchedWebSocket);
  known.set("webtransport", WebTransport);
  const chosen = names.flatMap((name) => known.get(name.trim()) ?? []);
  return chosen.length > 0 ? chosen : [...known.values()];
}

/**
 * What an Engine.IO server says for itself: `{"code":1,"message":"Session ID unknown"}`.
 *
 * @param {unknown} xhr
 */
function words(xhr) {
  if (!(xhr instanceof XMLHttpRequest)) return "";
  try {
    /** @type {unknown} */
    const answer = JSON.parse(xhr.responseText);
    if (typeof answer === "object" && answer !== null && "message" in answer) {
      return String(answer.message);
    }
  } catch {
    // A proxy's page of HTML, say.
  }
  return xhr.statusText;
}
