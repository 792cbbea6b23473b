// @ts-check
/** @import { Socket } from "socket.io-client" */
/** @import { ClientToServerEvents, Reply, ServerToClientEvents } from "./events.ts" */

/**
 * The chat page. Two parameters of its address are for experiments:
 *
 * - `?transports=websocket` (or `polling`, or `websocket,polling`): which transports the client may
 *   use, in which order; without it, Socket.IO's default.
 * - `?drill`: shows a button that asks the worker to crash. A page cannot know whether its server
 *   takes part (from step 2 on they do), so it has to be asked for.
 */

import { io } from "socket.io-client";
import { enableSending, onSend } from "./composer.js";
import { part } from "./dom.js";
import { addMessage } from "./messages.js";
import { addRefusal } from "./refusals.js";
import { beginSession, countRefusal, endSession, nameWorker, upgradeSession } from "./sessions.js";
import { showMembers, showSession, showState, showUpgrade, showWorker } from "./status.js";
import { watchedTransports } from "./wire.js";
import { readWorker } from "./worker.js";

/** How long a message may go unacknowledged, in ms. */
const PATIENCE = 5000;

const asked = new URLSearchParams(location.search);

/** @type {Socket<ServerToClientEvents, ClientToServerEvents>} */
const socket = io({
  transportImplementations: watchedTransports(
    asked.get("transports")?.split(",") ?? [],
    (refusal) => {
      addRefusal(refusal);
      if (refusal.sid) countRefusal(refusal.sid);
    },
  ),
});

/** The public ids that this page has had: one a connection. */
const ownIds = new Set([""]);
ownIds.clear();

// Each connection has an engine of its own, and this is its handshake.
socket.io.on("open", () => {
  const { engine } = socket.io;
  const sid = engine.id;
  beginSession(sid, engine.transport.name);
  showSession(sid, engine.transport.name);
  showState("connecting", "Handshake done, joining the room…");

  engine.on("upgrade", (transport) => {
    upgradeSession(sid, transport.name);
    showUpgrade(transport.name);
  });
  engine.on("close", (reason) => {
    endSession(sid, reason);
    showSession();
    showWorker();
  });
});

socket.io.on("reconnect_attempt", (attempt) => {
  showState("connecting", `Reconnecting, attempt ${attempt}…`);
});

socket.on("connect", () => {
  if (socket.id) ownIds.add(socket.id);
  showState("connected", "Connected");
  enableSending(true);
});

socket.on("hello", (hello) => {
  const worker = readWorker(hello?.worker);
  showWorker(worker);
  nameWorker(socket.io.engine.id, worker);
});

let reason = "";
socket.on("connect_error", (error) => {
  reason = error.message;
  goOffline();
});

socket.on("disconnect", (why, details) => {
  // Before it had connected, connect_error has just told the reason in clearer words.
  const connectedBefore = document.body.dataset.state === "connected";
  if (connectedBefore) reason = details instanceof Error ? `${why} (${details.message})` : why;
  goOffline();
});

function goOffline() {
  enableSending(false);
  reconnect.hidden = socket.active;
  showState("disconnected", `Disconnected: ${reason}.${socket.active ? " Trying again…" : ""}`);
}

const reconnect = part("reconnect", HTMLButtonElement);
reconnect.addEventListener("click", () => {
  reconnect.hidden = true;
  showState("connecting", "Connecting…");
  socket.connect();
});

socket.on("members", (count) => showMembers(count));

socket.on("said", (said) => {
  const own = [...ownIds].some((id) => said.from !== "" && id.startsWith(said.from));
  addMessage(said, own);
});

onSend(async (text) => {
  try {
    return readReply(await socket.timeout(PATIENCE).emitWithAck("say", text));
  } catch (error) {
    const late = error instanceof Error && error.message === "operation has timed out";
    const what = late
      ? `No acknowledgement within ${PATIENCE / 1000} seconds.`
      : "The connection broke before the acknowledgement came.";
    return { ok: false, error: `${what} Your text is kept: others may have it, or may not.` };
  }
});

/**
 * @param {Reply} reply as the types promise it; a half-written server may send something else
 * @returns {Reply}
 */
function readReply(reply) {
  if (reply?.ok === true) return reply;
  if (typeof reply?.error === "string") return reply;
  return { ok: false, error: "The acknowledgement was neither { ok: true } nor an error." };
}

if (asked.has("drill")) {
  const crash = part("crash", HTMLButtonElement);
  crash.hidden = false;
  crash.addEventListener("click", () => socket.emit("crash"));
}
