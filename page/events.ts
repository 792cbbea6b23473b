/**
 * The events of the chat room: written once, used by the servers, the page and the checks.
 */

/** The process that a client is connected to: pm2's instance number (0 without pm2) and its pid. */
export interface WorkerId {
  instance: number;
  pid: number;
}

/** What the server tells a client about itself as soon as it is connected. */
export interface Hello {
  worker: WorkerId;
  /** The session id of the handshake. It is the key to the session: for the owner's eyes only. */
  sid: string;
}

/** A message as everybody in the room receives it. */
export interface Said {
  text: string;
  /** The first characters of the sender's public socket id. */
  from: string;
  /** The worker that the message came through. */
  worker: WorkerId;
}

/** The answer to `say`: accepted, or refused with a reason that can be shown to a person. */
export type Reply = { ok: true } | { ok: false; error: string };

export interface ServerToClientEvents {
  hello: (hello: Hello) => void;
  said: (message: Said) => void;
  /** How many clients this worker knows. */
  members: (count: number) => void;
}

export interface ClientToServerEvents {
  say: (text: string, reply: (reply: Reply) => void) => void;
  /** A drill, from step 2 on: the worker throws and dies. */
  crash: () => void;
}
