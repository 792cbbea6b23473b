import { eventually } from "../../workshop/stage/until.ts";
import { textsOf, type Member } from "./crowd.ts";
import type { ChatClient } from "./clients.ts";
import { must } from "./must.ts";

/** How long it may take until all have heard all, in ms. */
const HEARD_WITHIN = 5_000;

/** Says so many things, one right after the other, and gives them. Nobody waits for the answers. */
export function talk(speaker: ChatClient, about: string, count: number): string[] {
  const texts = Array.from({ length: count }, (_, number) => `${about}: ${number}`);
  for (const text of texts) void speaker.say(text).catch(() => {});
  return texts;
}

/**
 * Waits until each of these has heard what each speaker said. All of it must have come, once, in the
 * order in which that speaker said it.
 *
 * @param cause what else may lie behind it that somebody has heard nothing: rejects if it does
 * @throws NotYet
 */
export async function mustHearInOrder(
  listeners: readonly Member[],
  said: readonly (readonly string[])[],
  cause: () => Promise<void>,
): Promise<void> {
  const wrong = () => {
    for (const listener of listeners) {
      const heard = textsOf(listener);
      for (const texts of said) {
        const own = heard.filter((text) => texts.includes(String(text)));
        if (own.join() !== texts.join()) return { listener, texts, own };
      }
    }
    return undefined;
  };
  await eventually(wrong, (found) => found === undefined, HEARD_WITHIN);
  const found = wrong();
  if (!found) return;
  await cause();
  const { listener, texts, own } = found;
  const numbers = own.map((text) => String(text).split(": ").at(-1)).join(", ");
  must(false, {
    expected: `everybody to hear each message once, in the order of its sender: ${texts.length} of "${texts[0]}" and so on`,
    seen: `a client of worker ${listener.worker.instance}, over ${listener.socket.io.engine?.transport.name}, hear ${numbers ? `numbers ${numbers}` : "none of them"}`,
    hint: "What is written into a tunnel comes out in the same order. Does anything else write to that client?",
  });
}
