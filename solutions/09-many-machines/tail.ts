import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { newest, PAGE, STREAM, toKept, type Kept } from "./history.ts";
import { publisher, reader } from "./redis.ts";

/** How long one XREAD waits for news, in ms: the reader gives up a Redis that is silent for 5 s. */
const BLOCK = 2000;
/** After what time a Redis that is away is asked again, in ms. */
const AGAIN = 200;

interface Events {
  /** A message, in the order of the stream. */
  message: [Kept];
  /** Something that came after the cursor is no longer there: trimmed, or lost by Redis. */
  missed: [];
  /** Redis has gone away, or is back. */
  away: [boolean];
  moved: [];
}

/**
 * The stream as this worker follows it. Every worker reads all of it and hands each message on to its
 * own clients: so all workers have the same order, and one whose connection was cut goes on where it
 * was.
 */
export class Tail extends EventEmitter<Events> {
  /** Up to here our clients have heard all. Undefined until Redis has answered for the first time. */
  cursor: string | undefined;
  /** Whether Redis is away. */
  isAway = true;
  #stopped = false;

  constructor() {
    super();
    // Each client that waits for its place in the stream listens.
    this.setMaxListeners(0);
  }

  /** Follows the stream, from its end on, until it is stopped. */
  async follow(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#read(this.cursor ?? (await newest()));
      } catch (error) {
        if (this.#stopped) return;
        if (!this.isAway) console.error(`tail: ${error instanceof Error ? error.message : error}`);
        this.#setAway(true);
        await sleep(AGAIN);
      }
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Waits until the cursor has moved. */
  async moves(): Promise<void> {
    await once(this, "moved");
  }

  /** Waits for what comes after the cursor, and hands it on. */
  async #read(cursor: string): Promise<void> {
    this.#move(cursor);
    // It would be late to learn only from the news that Redis is back.
    if (this.isAway) await Promise.all([reader.ping(), publisher.ping()]);
    this.#setAway(false);
    // Both are sent at once. Streams are trimmed from their beginning: while the entry at the cursor is
    // there, so is all that came after it.
    const [here, news] = await Promise.all([
      reader.xRange(STREAM, cursor, cursor),
      reader.xRead({ key: STREAM, id: cursor }, { BLOCK, COUNT: PAGE }),
    ]);
    const isTrimmed = !here?.length;
    const end = isTrimmed && !news ? await newest() : undefined;
    if (isTrimmed) this.emit("missed");
    for (const entry of news?.[0]?.messages ?? []) {
      // Nothing is awaited in here: whoever enters a room enters it between two messages.
      this.#move(entry.id);
      for (const kept of toKept(entry)) this.emit("message", kept);
    }
    // Where there is nothing to go on with: what was said until now is among what was missed.
    if (end !== undefined) this.#move(end);
  }

  #move(cursor: string): void {
    if (cursor === this.cursor) return;
    this.cursor = cursor;
    this.emit("moved");
  }

  #setAway(isAway: boolean): void {
    if (isAway === this.isAway) return;
    this.isAway = isAway;
    this.emit("away", isAway);
  }
}
