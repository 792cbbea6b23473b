/** The hash in Redis that counts how often each message was handled. */
export const HANDLED = "soak:handled";

export interface ClientEvents {
  say: (id: string, reply: () => void) => void;
}

export interface ServerEvents {
  /** Numbers from 1 on, anew in each session. */
  tick: (number: number) => void;
}

/** What a worker tells of itself, after a garbage collection. */
export interface Health {
  pid: number;
  /** Heap in use, in bytes. */
  heap: number;
  /** What keeps the event loop alive: sockets, timers, … by name. */
  resources: string[];
  tunnels: number;
  sessions: number;
}
