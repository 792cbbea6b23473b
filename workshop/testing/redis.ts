import { createClient } from "redis";

/** A plain client of a Redis: it sends words, and gives what is answered. */
export interface Talk extends Disposable {
  send: (...words: string[]) => Promise<unknown>;
  /** One field of INFO: `process_id`, `config_file` … */
  info: (field: string) => Promise<string>;
}

/** Connects to a Redis, once. @throws when nobody answers there. */
export async function talkTo(url: string): Promise<Talk> {
  const client = createClient({
    url,
    // Nothing but what a test sends shall be seen by whoever watches or counts commands.
    disableClientInfo: true,
    RESP: 2,
    socket: { reconnectStrategy: false },
  });
  client.on("error", () => {});
  await client.connect();
  return {
    send: (...words) => client.sendCommand(words),
    async info(field) {
      const text = String(await client.sendCommand(["INFO", "everything"]));
      return new RegExp(`^${field}:(.*?)\r?$`, "m").exec(text)?.[1] ?? "";
    },
    [Symbol.dispose]: () => client.destroy(),
  };
}

/** Gives a Redis one command, and gives the answer. */
export async function tell(url: string, ...words: string[]): Promise<unknown> {
  using talk = await talkTo(url);
  return await talk.send(...words);
}

/** The process that answers as a Redis there. */
export async function pidOf({ url }: { url: string }): Promise<number> {
  using talk = await talkTo(url);
  return Number(await talk.info("process_id"));
}
