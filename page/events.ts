/**
 * The events of the chat room: written once, used by the servers, the page and the checks.
 */

/** The process that a client is connected to: pm2's instance number (0 without pm2) and its pid. */
export interface WorkerId {
  instance: number;
  pid: number;
  /** From step 9 on: the host that it runs on. */
  host?: string | undefined;
}

/** What the server tells a client about itself as soon as it is connected. */
export interface Hello {
  worker: WorkerId;
  /** The session id of the handshake. It is the key to the session: for the owner's eyes only. */
  sid: string;
  /** From step 9 on: where the client is, as far as the server knows. */
  address?: string;
  /** The room that the client is in. From step 6 on; before, there is but one. */
  room?: string;
  /** From step 8 on: what is said is kept, and has to come as a draft, with an id. */
  keeps?: boolean;
}

/** From step 8 on: what a client says. Sent again, it has the same id. */
export interface Draft {
  /** Of the client's own making: 8 to 64 letters, digits, _ or -. */
  id: string;
  text: string;
}

/** From step 8 on: what a client that comes back says of itself, in the handshake's `auth`. */
export interface Whereabouts {
  room?: string;
  /** The last offset that it was told. */
  offset?: string;
}

/** A message as everybody in the room receives it. */
export interface Said {
  text: string;
  /** The first characters of the sender's public socket id. */
  from: string;
  /** The worker that the message came through. */
  worker: WorkerId;
  /** From step 8 on: the id of the draft. */
  id?: string;
  /** From step 8 on: the message's place among all. Who has heard it has heard all before it. */
  offset?: string;
}

/** The answer to `say`: accepted, or refused with a reason that can be shown to a person. */
export type Reply = { ok: true } | { ok: false; error: string };

/** Somebody in a room, as everybody there sees them. */
export interface Person {
  /** The first characters of their public socket id. */
  from: string;
  /** The worker that they are connected to. */
  worker: WorkerId;
}

/** What came of a roll call. With an error, those who are missing have not answered in time. */
export type RollCall =
  { ok: true; answered: number } | { ok: false; answered: number; error: string };

export interface ServerToClientEvents {
  hello: (hello: Hello) => void;
  said: (message: Said) => void;
  /** How many clients this worker knows; from step 6 on, how many are in the room. */
  members: (count: number) => void;
  /** From step 6 on: who is in the room, whichever worker they are connected to. */
  present: (people: Person[]) => void;
  /** From step 6 on: a roll call, to be answered. */
  areYouHere: (answer: (yes: true) => void) => void;
  /** From step 8 on: all that came before this place has been heard. */
  offset: (offset: string) => void;
  /** From step 8 on: some messages were missed, and are no longer kept. */
  missed: () => void;
  /** From step 8 on: whether nothing can be kept now, so that nothing can be said. */
  readOnly: (yes: boolean) => void;
}

export interface ClientToServerEvents {
  /** A text; from step 8 on, a draft. */
  say: (message: string | Draft, reply: (reply: Reply) => void) => void;
  /** From step 6 on: leaves the room and goes to another. */
  join: (room: string, reply: (reply: Reply) => void) => void;
  /** From step 6 on: asks everybody in the room to answer. */
  rollCall: (reply: (result: RollCall) => void) => void;
  /** A drill, from step 2 on: the worker throws and dies. */
  crash: () => void;
}

/** What one worker tells the others: from step 6 on. */
export interface InterServerEvents {
  /** Somebody has come to a room, or left it. */
  roomChanged: (room: string) => void;
}

/** What a worker keeps with each socket, and other workers can read: from step 6 on. */
export interface SocketData {
  worker: WorkerId;
  room: string;
}
