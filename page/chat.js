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
import {
  showMembers,
  showSelf,
  showSession,
  showState,
  showUpgrade,
  showWorker,
} from "./status.js";
import { watchedTransports } from "./wire.js";
import { readWorker } from "./worker.js";

/** How long a message may go unacknowledged, in ms. */
const PATIENCE = 5000;

const asked = new URLSearchParams(location.search);
const reconnect = part("reconnect", HTMLButtonElement);
const crash = part("crash", HTMLButtonElement);

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

/**
 * The public ids that this page has had, one a connection.
 *
 * @type {Set<string>}
 */
const ownIds = new Set();

/** Why the page is not connected, in the clearest words so far. */
let reason = "";

// Each connection has an engine of its own, and this is its handshake.
socket.io.on("open", () => {
  const { engine } = socket.io;
  reason = "";
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
    showSelf();
    showWorker();
  });
});

socket.io.on("reconnect_attempt", (attempt) => {
  showState("connecting", `Reconnecting, attempt ${attempt}…`);
});

socket.on("connect", () => {
  if (socket.id) {
    ownIds.add(socket.id);
    showSelf(socket.id.slice(0, 4));
  }
  showState("connected", "Connected");
  enableSending(true);
  crash.hidden = !asked.has("drill");
});

socket.on("hello", (hello) => {
  const worker = readWorker(hello?.worker);
  showWorker(worker);
  nameWorker(socket.io.engine.id, worker);
});

socket.on("connect_error", (error) => {
  reason = error.message;
  goOffline();
});

socket.on("disconnect", (why, details) => {
  // A connect_error just before it has told the cause, where this only names the effect.
  reason ||= details instanceof Error ? `${why} (${details.message})` : why;
  goOffline();
});

function goOffline() {
  enableSending(false);
  crash.hidden = true;
  reconnect.hidden = socket.active;
  showState("disconnected", `Disconnected: ${reason}.${socket.active ? " Trying again…" : ""}`);
}

reconnect.addEventListener("click", () => {
  reconnect.hidden = true;
  showState("connecting", "Connecting…");
  socket.connect();
});

socket.on("members", (count) => showMembers(count));

socket.on("said", (said) => {
  // Step 5 relays what a channel says: not all of that need be a message.
  if (typeof said?.text !== "string" || typeof said.from !== "string") return;
  const own = [...ownIds].some((id) => said.from !== "" && id.startsWith(said.from));
  addMessage(said, own);
});

onSend(async (text) => {
  try {
    return readReply(await socket.timeout(PATIENCE).emitWithAck("say", text));
  } catch (error) {
    const late = error instanceof Error && error.message === "operation has timed out";
    const cause = late ? `none within ${PATIENCE / 1000} s` : "the connection broke";
    return {
      ok: false,
      error: `No acknowledgement: ${cause}. It may have arrived; your text is kept.`,
    };
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

crash.addEventListener("click", () => socket.emit("crash"));
