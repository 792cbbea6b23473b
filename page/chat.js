// @ts-check
/** @import { Draft } from "./events.ts" */

/**
 * The chat page. Three parameters of its address are for experiments:
 *
 * - `?transports=websocket` (or `polling`, or `websocket,polling`): which transports the client may
 *   use, in which order; without it, those of client-options.js, else Socket.IO's default.
 * - `?drill`: shows a button that asks the worker to crash. A page cannot know whether its server
 *   takes part (from step 2 on they do), so it has to be asked for.
 * - `?deaf`: the page does not answer roll calls (step 6), as if its client had hung.
 */

import { enableQueue, enableSending, giveBack, onSend } from "./composer.js";
import { part } from "./dom.js";
import { addGap, addMessage, addRoomChange } from "./messages.js";
import {
  acknowledge,
  addPending,
  forgetAcknowledged,
  hear,
  keepUnsaid,
  makeDraft,
  removeDraft,
} from "./outbox.js";
import { forgetPeople, showPeople } from "./people.js";
import { noteOffset, noteRoom } from "./place.js";
import { showReadOnly } from "./read-only.js";
import { addRefusal } from "./refusals.js";
import { readReply } from "./reply.js";
import { enableCalling, forgetRollCall, onRollCall } from "./roll-call.js";
import { enableJoining, onJoin, showRoom } from "./room.js";
import { beginSession, countRefusal, endSession, nameWorker, upgradeSession } from "./sessions.js";
import { openSocket } from "./socket.js";
import {
  showAddress,
  showMembers,
  showSelf,
  showSession,
  showState,
  showUpgrade,
  showWorker,
} from "./status.js";
import { readWorker } from "./worker.js";

/** How long each may go unacknowledged, in ms. */
const PATIENCE = { say: 5000, join: 5000, rollCall: 8000 };

/** What comes of a draft that was sent again until its client gave up. */
const UNHEARD = /** @type {const} */ ({
  ok: false,
  error: "No acknowledgement, however often it was sent. It may have arrived; your text is kept.",
});

const asked = new URLSearchParams(location.search);
const reconnect = part("reconnect", HTMLButtonElement);
const crash = part("crash", HTMLButtonElement);

const { socket, resends } = await openSocket(asked.get("transports")?.split(","), (refusal) => {
  addRefusal(refusal);
  if (refusal.sid) countRefusal(refusal.sid);
}).catch((error) => {
  showState("disconnected", `Disconnected: ${error.message}`);
  // Nothing below can be done without it. Of a slip itself the console shows the line.
  throw error.cause ?? error;
});

/**
 * The public ids that this page has had, one a connection.
 *
 * @type {Set<string>}
 */
const ownIds = new Set();

/**
 * The ids of what this page has said, to a server that keeps it.
 *
 * @type {Set<string>}
 */
const ownDrafts = new Set();

/** Whether the server keeps what is said, and wants drafts. */
let keeps = false;

part("deaf", HTMLElement).hidden = !asked.has("deaf");

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
  enableJoining(true);
  enableCalling(true);
  crash.hidden = !asked.has("drill");
});

socket.on("hello", (hello) => {
  const worker = readWorker(hello?.worker);
  showWorker(worker);
  nameWorker(socket.io.engine.id, worker);
  showAddress(typeof hello?.address === "string" ? hello.address : undefined);

  keeps = hello?.keeps === true;
  enableQueue(keeps && resends);
  const room = typeof hello?.room === "string" ? hello.room : undefined;
  if (keeps) noteRoom(room);
  const moved = showRoom(room);
  if (room !== undefined && moved) markRoom(room);
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

// Out of attempts: whatever the options of the step allow.
socket.io.on("reconnect_failed", () => goOffline(false));

function goOffline(trying = socket.active && socket.io.reconnection()) {
  enableSending(false);
  enableJoining(false);
  enableCalling(false);
  forgetPeople();
  showReadOnly(false, resends);
  crash.hidden = true;
  reconnect.hidden = trying;
  showState("disconnected", `Disconnected: ${reason}.${trying ? " Trying again…" : ""}`);
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
  noteOffset(said.offset);
  const own =
    typeof said.id === "string"
      ? ownDrafts.has(said.id)
      : [...ownIds].some((id) => said.from !== "" && id.startsWith(said.from));
  addMessage(said, own);
  if (own && said.id !== undefined) hear(said.id);
});

socket.on("offset", noteOffset);

socket.on("missed", () => {
  addGap();
  forgetAcknowledged();
});

socket.on("readOnly", (yes) => showReadOnly(yes === true, resends));

onSend(async (text) => {
  if (keeps) return sayDraft(makeDraft(text));
  const acknowledgement = socket.timeout(PATIENCE.say).emitWithAck("say", text);
  return readReply(acknowledgement, PATIENCE.say, "It may have arrived; your text is kept.");
});

/** @param {Draft} draft */
async function sayDraft(draft) {
  ownDrafts.add(draft.id);
  if (!resends) {
    const acknowledgement = socket.timeout(PATIENCE.say).emitWithAck("say", draft);
    return readReply(acknowledgement, PATIENCE.say, "It may have arrived; your text is kept.");
  }
  addPending(draft);
  // Its client may have been told to give up some time.
  const acknowledgement = socket.emitWithAck("say", draft).catch(() => UNHEARD);
  const reply = await readReply(acknowledgement, PATIENCE.say, "");
  if (reply.ok) acknowledge(draft.id);
  else if (giveBack(draft.text)) removeDraft(draft.id);
  else {
    keepUnsaid(draft.id, reply.error);
    // Not an error of what is in the field now.
    return { ok: false, error: "" };
  }
  return reply;
}

onJoin(async (room) => {
  const acknowledgement = socket.timeout(PATIENCE.join).emitWithAck("join", room);
  const doubt = "You may be in that room all the same.";
  const reply = await readReply(acknowledgement, PATIENCE.join, doubt);
  if (reply.ok) {
    if (keeps) noteRoom(room);
    showRoom(room);
    markRoom(room);
  }
  return reply;
});

/** @param {string} room where this page has just come to */
function markRoom(room) {
  addRoomChange(room);
  forgetAcknowledged();
  forgetRollCall();
}

socket.on("present", (people) => showPeople(people, socket.id ?? ""));

onRollCall(() => socket.timeout(PATIENCE.rollCall).emitWithAck("rollCall"), PATIENCE.rollCall);

socket.on("areYouHere", (answer) => {
  if (!asked.has("deaf") && typeof answer === "function") answer(true);
});

// Not to be sent again: once is enough.
crash.addEventListener("click", () => socket.volatile.emit("crash"));

if (!socket.active) {
  reason = "client-options.js has autoConnect off";
  goOffline();
}
