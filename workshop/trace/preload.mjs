// @ts-check
/**
 * Loaded into each worker before the learner's code (`node --import`). It records which request met
 * this worker and what became of it, and changes nothing of it. Reports go out over the IPC channel,
 * which pm2 puts on its bus; the last one, that the process has ended by its own will, goes into a
 * file, since a message may not get out any more.
 *
 * Plain JavaScript: it must run before any loader of the learner's.
 *
 * @import { IncomingMessage, ServerResponse } from "node:http"
 * @import { Duplex } from "node:stream"
 * @import { TraceEvent, TracedRequest } from "./events.ts"
 */
import { appendFileSync } from "node:fs";
import { subscribe } from "node:diagnostics_channel";
import { Server } from "node:http";
import { Socket } from "node:net";
import { Server as TlsServer } from "node:https";

const REPORT = "workshop:trace";
/** Enough for the head of a refused upgrade, and for the packet that opens a session. */
const KEEP = 1024;
/** Enough for what a browser sends along, and for what it is answered. */
const LONGEST = 2048;

const send = process.send?.bind(process);

subscribe("http.server.request.start", (message) => {
  const { request, response } =
    /** @type {{ request: IncomingMessage, response: ServerResponse }} */ (message);
  watchRequest(request, response);
});

// Also with TLS, which the channel "net.client.socket" does not tell of.
overhear(Socket.prototype, "connect", function () {
  const socket = /** @type {Socket} */ (this);
  socket.once("connect", () => {
    if (socket.remotePort !== redisPort() || socket.localPort === undefined) return;
    report({ kind: "link", at: Date.now(), worker: worker(), port: socket.localPort });
  });
});

for (const prototype of [Server.prototype, TlsServer.prototype]) {
  overhear(prototype, "emit", function ([event, first, second]) {
    if (event === "upgrade") watchUpgrade(first, second);
    if (event === "listening" && this instanceof Server) {
      const address = this.address();
      const port = address && typeof address === "object" ? address.port : 0;
      report({ kind: "listening", at: Date.now(), worker: worker(), port });
    }
  });
}

if (send) {
  overhear(process, "send", ([message]) => {
    if (message === "ready") report({ kind: "ready", at: Date.now(), worker: worker() });
  });
}

process.on("exit", (code) => {
  const file = process.env.WORKSHOP_EXITS;
  if (!file) return;
  try {
    appendFileSync(file, `${JSON.stringify({ at: Date.now(), worker: worker(), code })}\n`);
  } catch {
    // The run's folder is gone already: nobody is left to read it.
  }
});

/** @param {IncomingMessage} request @param {ServerResponse} response */
function watchRequest(request, response) {
  if (isQuiet()) return;
  const seen = describe(request, request.socket, false);
  const body = keepBody(seen, response);
  const wanted = keepRequest(seen, request);
  const start = performance.now();
  response.once("close", () => {
    seen.status = response.writableFinished ? response.statusCode : 0;
    seen.ms = performance.now() - start;
    readBody(seen, body());
    // What went out as the head of the answer, as it went out. Node gives it under this name only.
    const head = Reflect.get(response, "_header");
    if (wanted) seen.raw = { request: wanted(), response: shorten(`${head ?? ""}${body()}`) };
    report(seen);
  });
}

/**
 * Keeps a Socket.IO client's request, where such details are wanted; gives a function that tells it.
 * @param {TracedRequest} seen @param {IncomingMessage} request
 */
function keepRequest(seen, request) {
  if (process.env.WORKSHOP_TRACE !== "detailed" || seen.transport === undefined) return undefined;
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  }
  let body = "";
  // Heard as it reaches the app, which is who reads it.
  overhear(request, "emit", ([event, chunk]) => {
    if (event === "data") body = keep(body, chunk);
  });
  return () => shorten(`${lines.join("\r\n")}\r\n\r\n${body}`);
}

/** @param {string} text */
function shorten(text) {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/**
 * Keeps the beginning of what is written to a Socket.IO client; gives a function that tells it.
 * @param {TracedRequest} seen @param {ServerResponse} response
 */
function keepBody(seen, response) {
  let kept = "";
  if (seen.transport !== undefined) {
    for (const method of ["write", "end"]) {
      overhear(response, method, ([chunk]) => {
        kept = keep(kept, chunk);
      });
    }
  }
  return () => kept;
}

/** @param {IncomingMessage} request @param {Duplex} socket */
function watchUpgrade(request, socket) {
  if (isQuiet()) return;
  const seen = describe(request, socket, true);
  const start = performance.now();
  const wanted = keepRequest(seen, request);
  let kept = "";
  let reported = false;

  const finish = () => {
    if (reported) return;
    reported = true;
    restore();
    seen.ms = performance.now() - start;
    const [head = "", body = ""] = kept.split("\r\n\r\n");
    seen.status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
    readBody(seen, body);
    if (wanted) {
      seen.raw = { request: wanted(), response: shorten(kept) };
      const sid = seen.sid ?? seen.opened;
      if (seen.status === 101 && sid) socket.once("close", () => reportGone(sid));
    }
    report(seen);
  };
  const restore = overhear(socket, "write", ([chunk]) => {
    kept = keep(kept, chunk);
    // A WebSocket that opens a session says so in its first frame, one or two writes later.
    const opens = !seen.sid && kept.startsWith("HTTP/1.1 101");
    const complete = opens
      ? /"sid":"[^"]+"/.test(kept) || kept.length >= KEEP
      : kept.includes("\r\n\r\n");
    if (complete) finish();
  });
  socket.once("close", finish);
}

/**
 * Hears the arguments of each call of a method before the method does; gives a function that ends it.
 * @param {object} object @param {string} method
 * @param {(this: unknown, args: any[]) => void} listener
 */
function overhear(object, method, listener) {
  const original = Reflect.get(object, method);
  const own = Object.hasOwn(object, method);
  Reflect.set(
    object,
    method,
    /** @this {unknown} @param {unknown[]} args */ function (...args) {
      listener.call(this, args);
      return Reflect.apply(original, this, args);
    },
  );
  return () => {
    if (own) Reflect.set(object, method, original);
    else Reflect.deleteProperty(object, method);
  };
}

/**
 * @param {IncomingMessage} request @param {Duplex} connection @param {boolean} upgrade
 * @returns {TracedRequest}
 */
function describe(request, connection, upgrade) {
  const [path = "/", query = ""] = (request.url ?? "/").split("?", 2);
  const parameters = new URLSearchParams(query);
  const isEngine = parameters.has("EIO") || parameters.has("transport");
  return {
    kind: "request",
    at: Date.now(),
    worker: worker(),
    method: request.method ?? "GET",
    path,
    upgrade,
    // Sockets of TLS are of this kind, too. What another worker hands on comes on something else.
    relayed: connection instanceof Socket ? undefined : true,
    transport: isEngine ? (parameters.get("transport") ?? "") : undefined,
    sid: parameters.get("sid") ?? undefined,
    tag: parameters.get("t") ?? undefined,
    status: 0,
    ms: 0,
  };
}

/** @param {TracedRequest} seen @param {string} body */
function readBody(seen, body) {
  if (seen.status === 200 || seen.status === 101) {
    if (!seen.sid) seen.opened = /"sid":"([^"]+)"/.exec(body)?.[1];
    return;
  }
  try {
    const { code, message } = JSON.parse(body);
    if (typeof code === "number") seen.code = code;
    if (typeof message === "string") seen.message = message;
  } catch {
    // A refused upgrade has the bare message as its body.
    if (seen.upgrade && body) seen.message = body.trim().slice(0, 100);
  }
}

/** @param {string} kept @param {unknown} chunk */
function keep(kept, chunk) {
  if (kept.length >= KEEP) return kept;
  if (typeof chunk === "string") return (kept + chunk).slice(0, KEEP);
  return chunk instanceof Uint8Array
    ? kept + Buffer.from(chunk.subarray(0, KEEP - kept.length)).toString("latin1")
    : kept;
}

/** pm2 sets the environment only after this file was loaded, so it is asked each time. */
function worker() {
  const variable = process.env.instance_var || "NODE_APP_INSTANCE";
  const instance = Number(process.env[variable] ?? 0);
  return { instance, pid: process.pid, host: process.env.HOST_NAME };
}

/** Whether nobody wants to hear of requests. */
function isQuiet() {
  return process.env.WORKSHOP_TRACE === "quiet";
}

/** Where the app finds its Redis; pm2 sets the environment only after this file was loaded. */
function redisPort() {
  const url = process.env.REDIS_URL;
  return url && URL.canParse(url) ? Number(new URL(url).port || 6379) : undefined;
}

/** @param {string} sid */
function reportGone(sid) {
  report({ kind: "gone", at: Date.now(), worker: worker(), sid });
}

/** @param {TraceEvent} event */
function report(event) {
  if (!send || !process.connected) return;
  try {
    send({ type: REPORT, data: event }, undefined, undefined, () => {});
  } catch {
    // The channel closed in between: the runner is gone, and so is the reader.
  }
}
