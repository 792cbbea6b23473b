import type { Finding } from "../../workshop/problems.ts";
import type { App } from "../../workshop/stage/app.ts";
import { until } from "../../workshop/stage/until.ts";
import { compare, whatWentWrong, type Misheard } from "./hearing.ts";
import { must } from "./must.ts";
import { Participant } from "./participant.ts";

/** How long it may take until everybody is greeted, in ms. */
const GREETED_WITHIN = 5_000;
/** How long an acknowledgement may take where nothing is broken, in ms; measured: 2. */
const ACKNOWLEDGED_WITHIN = 4_000;
/** How long a message may take from one worker to another, in ms; measured: 3. */
const HEARD_WITHIN = 5_000;

/** People who are connected to several workers, and leave when it is disposed. */
export class Gathering implements Disposable {
  readonly people: readonly Participant[];

  private constructor(people: readonly Participant[]) {
    this.people = people;
  }

  /**
   * Connects so many over WebSocket, one after the other, so that round robin spreads them.
   *
   * @throws NotYet when one is not greeted.
   */
  static async of(app: App, count: number): Promise<Gathering> {
    const people: Participant[] = [];
    const gathering = new Gathering(people);
    try {
      for (let at = 0; at < count; at += 1) {
        const person = new Participant(app.url, `person ${at}`, ["websocket"]);
        people.push(person);
        await mustBeGreeted(person);
      }
      return gathering;
    } catch (error) {
      gathering[Symbol.dispose]();
      throw error;
    }
  }

  /** Each says so many things, one after the other; all at the same time. @throws NotYet */
  async talk(count: number): Promise<void> {
    await Promise.all(
      this.people.map(async (person) => {
        for (let number = 0; number < count; number += 1) await mustBeAcknowledged(person);
      }),
    );
  }

  /** Waits until each has heard all that was acknowledged, once and in order. @throws NotYet */
  async hears(): Promise<void> {
    const said = this.people.map(({ acknowledged }) => acknowledged);
    const wrong = () => {
      for (const { heard, instance } of this.people) {
        const ids = heard.map((message) => message?.id);
        const found = compare(ids, said);
        if (found) return { ...found, instance };
      }
      return undefined;
    };
    await until(wrong, (found) => found === undefined, {
      within: HEARD_WITHIN,
      otherwise: (found) => ({
        expected: `each of ${this.people.length} clients to hear each message once, in the order of its sender`,
        seen: found
          ? `that one on worker ${found.instance} has ${found.kind === "missing" ? "not heard" : found.kind === "twice" ? "heard twice" : "heard out of order"} ${found.numbers.length} of ${found.utterance.by}'s`
          : "that they do",
        ...(found ? whereItWentWrong(found.kind) : {}),
      }),
    });
  }

  [Symbol.dispose](): void {
    for (const person of this.people) person[Symbol.dispose]();
  }
}

/** Where nobody's connection has broken, nobody has caught up with anything. */
function whereItWentWrong(kind: Misheard["kind"]): Pick<Finding, "look" | "hint"> {
  if (kind === "missing") {
    return {
      look: { file: "tail.ts", todo: "8.2" },
      hint: "It is kept, and a worker has not handed it on. XREAD goes on after the cursor, which the worker moves to each entry. (From $ it would go on after what has come meanwhile.)",
    };
  }
  if (kind === "twice") {
    return {
      look: { file: "server.ts", todo: "8.3" },
      hint: "It came by the stream, and by another way besides. What is said goes to the stream alone: each worker hears of it by its tail, and tells its people.",
    };
  }
  return whatWentWrong(kind, 1);
}

/** @throws NotYet when somebody is not connected and greeted. */
export async function mustBeGreeted(person: Participant): Promise<void> {
  await until(
    () => person.instance,
    (instance) => instance !== undefined,
    {
      within: GREETED_WITHIN,
      otherwise: () => ({
        expected: "each client to be greeted with hello, which names its worker",
        seen: person.socket.connected
          ? "no hello within 5 s"
          : "that it is not connected within 5 s",
      }),
    },
  );
}

/** Says one thing, which must be acknowledged. @throws NotYet */
export async function mustBeAcknowledged(person: Participant, text?: string): Promise<string> {
  let id: string | undefined;
  void person.say(text).then((utterance) => (id = utterance.id));
  await until(
    () => id,
    (found) => found !== undefined,
    {
      within: ACKNOWLEDGED_WITHIN,
      otherwise: () => {
        const [refusal] = person.refusals;
        return {
          expected: "what is said to be acknowledged with { ok: true }",
          seen: refusal
            ? JSON.stringify(refusal)
            : `no acknowledgement within ${ACKNOWLEDGED_WITHIN / 1000} s`,
          look: { file: "server.ts", todo: "8.3" },
          hint: refusal
            ? "It was a draft, { id, text }, as events.ts has it."
            : "Once append() is through, the message is kept: then it is acknowledged. What is printed when it fails shows the key l.",
        };
      },
    },
  );
  must(id !== undefined, { expected: "an id", seen: "none" });
  return id;
}
