export interface ClientEvents {
  say: (text: string, reply: () => void) => void;
  /** Asks for the pid of the worker. */
  where: (reply: (pid: number) => void) => void;
}

export interface ServerEvents {
  said: (text: string) => void;
}
