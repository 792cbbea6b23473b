import type { Answer } from "../protocol.ts";

/** What the server has said is wrong: words for a person. */
export class Problem extends Error {
  override readonly name = "Problem";
}

/**
 * Asks the server for something and waits for its answer.
 *
 *     const report = await ask<string>((reply) => socket.emit("reset", 3, reply));
 *
 * @throws Problem when it cannot be done.
 */
export function ask<T = void>(emit: (reply: (answer: Answer<T>) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    emit((answer) => {
      if (answer.ok) resolve(answer.value);
      else reject(new Problem(answer.problem));
    });
  });
}
