import type { Answer, PageSocket } from "../protocol.ts";

/** Why something was not done: words for a person. */
export class Problem extends Error {
  override readonly name = "Problem";
}

/** What is said to whoever wants something while the connection is lost. */
export const NOT_ASKED =
  "The workbench does not answer, so nothing was done. Try again when it does.";
const NOT_ANSWERED =
  "The workbench has ended, or lost this page, before it answered: look whether it was done.";

/**
 * Asks the server for something and waits for its answer. Some answers take long, so there is no
 * limit of time: a server that has gone is noticed by Socket.IO's heartbeat.
 *
 *     const report = await ask(socket, () => socket.emitWithAck("reset", 3));
 *
 * @throws Problem when it cannot be done, or when the connection is lost before the answer.
 */
export async function ask<T>(socket: PageSocket, emit: () => Promise<Answer<T>>): Promise<T> {
  if (!socket.connected) throw new Problem(NOT_ASKED);
  const answer = await emit().catch(() => {
    throw new Problem(NOT_ANSWERED);
  });
  if (answer.ok) return answer.value;
  throw new Problem(answer.problem);
}

/**
 * Socket.IO keeps what is emitted when a connection has just broken, and sends it once there is
 * another: a server that was started anew would do what was meant for the one before. Here it is
 * forgotten, and whoever waits for the answer hears that there will be none.
 */
export function keepNothingFor(socket: PageSocket): void {
  socket.on("disconnect", () => {
    socket.sendBuffer = [];
  });
}
