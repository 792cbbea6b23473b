import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright";
import { NotYet, type Finding } from "../../workshop/problems.ts";
import type { App } from "../../workshop/stage/app.ts";
import { eventually, until } from "../../workshop/stage/until.ts";
import { compare, whatWentWrong, type Misheard } from "./hearing.ts";
import { must } from "./must.ts";
import { Participant, type Utterance } from "./participant.ts";

/** How many talk. */
const TALKERS = 20;
/** How often each of them says something, in ms: together 50 times a second. */
const EVERY = 400;
const TRANSPORTS = [["polling"], ["polling", "websocket"], ["websocket"], ["websocket", "polling"]];
/** How long it may take until everybody is there, in ms. */
const GATHERED_WITHIN = 10_000;
/** How long it may take after the fault until everything that was said is acknowledged, in ms. */
const ACKNOWLEDGED_WITHIN = 25_000;
/** How long it may then take until everybody has heard it, in ms. */
const HEARD_WITHIN = 15_000;
/** How many numbers of messages a finding names. */
const NAMED = 8;

/** Twenty people who talk steadily, over all transports, and listen to each other. */
export class Traffic implements Disposable {
  readonly people: Participant[];
  readonly #kept: () => Promise<string[]>;
  readonly #start = performance.now();
  readonly #faults: { at: number; what: string }[] = [];
  readonly #pages: Page[] = [];
  /** What was said before that does not count any more. */
  #from = 0;
  #talking: Promise<unknown> | undefined;
  #enough = false;

  /** @param kept the ids of the messages that Redis keeps */
  constructor(app: App, kept: () => Promise<string[]>, count = TALKERS) {
    this.#kept = kept;
    this.people = Array.from(
      { length: count },
      (_, at) => new Participant(app.url, `person ${at}`, TRANSPORTS[at % 4] ?? []),
    );
  }

  /**
   * Waits until everybody hears, and lets them begin to talk.
   *
   * @throws NotYet when somebody does not.
   */
  async begin(): Promise<void> {
    const [first] = this.people;
    const deaf = () => this.people.filter(({ heard }) => heard.length === 0);
    let asking: Promise<unknown> = Promise.resolve();
    await until(
      async () => {
        await Promise.race([asking, sleep(200)]);
        if (!first?.pending) asking = first?.say("Is everybody here?") ?? asking;
        await Promise.race([asking, sleep(200)]);
        return deaf();
      },
      (left) => left.length === 0,
      {
        within: GATHERED_WITHIN,
        otherwise: (left = []) => ({
          expected: `${this.people.length} clients to connect and to hear what one of them says`,
          seen:
            first && first.acknowledged.length === 0
              ? "that what it says is not acknowledged"
              : `that ${left.length} of them hear nothing (${left[0]?.transports.join(", ")})`,
        }),
      },
    );
    await asking;
    // Not all were there to hear those.
    first?.acknowledged.splice(0);
    this.#talking = Promise.all(this.people.map((person) => this.#talk(person)));
  }

  /** Listens on a page, too. It must be there before they begin to talk. */
  async hear(page: Page): Promise<void> {
    await page.evaluate(keepIds);
    this.#pages.push(page);
  }

  /** The first page that listens. */
  get page(): Page {
    const [page] = this.#pages;
    if (!page) throw new Error("No page listens.");
    return page;
  }

  /** Everybody must have heard this text once, which none of them has said. @throws NotYet */
  heardOnce(text: string): string {
    for (const { heard, transports } of this.people) {
      const times = heard.filter((said) => said?.text === text).length;
      must(times === 1, {
        expected: `everybody to hear once what the page said: "${text}"`,
        seen: `a client on ${transports.join(" and ")} hear it ${times} times`,
        ...whatWentWrong(times === 0 ? "missing" : "twice", 1),
      });
    }
    return `"${text}", said by the page, was heard once by everybody`;
  }

  async #talk(person: Participant): Promise<void> {
    await sleep(Math.random() * EVERY);
    while (!this.#enough) {
      await Promise.all([person.say(), sleep(EVERY)]);
    }
  }

  /** Does something while they talk, and lets them talk on for a moment. */
  async under(what: string, act: () => Promise<void>, afterwards = 800): Promise<void> {
    this.#faults.push({ at: performance.now(), what });
    await act();
    // How long they talk is what this is about.
    await sleep(afterwards);
  }

  /** Lets only that count which is said from now on: of the rest everybody knows that it may be lost. */
  forget(): void {
    this.#from = performance.now();
  }

  /** What was acknowledged and counts, of each of them. */
  get #acknowledged(): Utterance[][] {
    return this.people.map(({ acknowledged }) => acknowledged.filter(({ at }) => at >= this.#from));
  }

  /**
   * Lets everybody come to an end, and compares what each has heard with what was acknowledged, list
   * by list.
   *
   * @throws NotYet with what is wrong with the first of them.
   */
  async settle(): Promise<string> {
    this.#enough = true;
    const pending = () => this.people.filter((person) => person.pending);
    await until(pending, (left) => left.length === 0, {
      within: ACKNOWLEDGED_WITHIN,
      otherwise: (left = []) => this.#unanswered(left),
    });
    await this.#talking;

    const wrong = await eventually(
      () => this.#wrong(),
      (found) => found === undefined,
      HEARD_WITHIN,
    ).then(() => this.#wrong());
    if (wrong) throw new NotYet(await this.#explained(wrong));
    return `${this.#acknowledged.flat().length} messages, each acknowledged, and heard once and in order by ${this.people.length} clients${this.#pages.length > 0 ? " and a page" : ""}`;
  }

  #unanswered(left: readonly Participant[]): { expected: string; seen: string } {
    const person = left[0];
    return {
      expected: "everything that is said to be acknowledged in the end",
      seen: `that ${left.length} of ${this.people.length} clients still wait for it, ${ACKNOWLEDGED_WITHIN / 1000} s after they have stopped talking; one of them is ${person?.socket.connected ? `connected to worker ${person.instance}` : "not connected"}`,
    };
  }

  /** What is wrong with what somebody has heard; nothing when it is as it must be. */
  async #wrong(): Promise<Wrong | undefined> {
    const said = this.#acknowledged;
    for (const { heard, transports, missed } of this.people) {
      const ids = heard.map((message) => message?.id);
      const fault = compare(ids, said);
      const who = `a client on ${transports.join(" and ")}`;
      if (fault) return { ...fault, who: missed.length > 0 ? `${who}, told of a gap,` : who };
    }
    for (const page of this.#pages) {
      const fault = compare(await idsHeardBy(page), said);
      if (fault) return { ...fault, who: "the page" };
    }
    return undefined;
  }

  async #explained({ who, kind, numbers, utterance }: Wrong): Promise<Finding> {
    const { by, at } = utterance;
    const kept = await this.#kept().catch(() => []);
    const fault = this.#faults.findLast((one) => one.at < at + 1_000);
    return {
      expected: "every client to hear every acknowledged message once, in the order of its sender",
      seen: `${who} ${VERBS[kind]} ${numbers.length > 1 ? "messages" : "message"} ${few(numbers)} of ${by}, of ${((at - this.#start) / 1000).toFixed(1)} s after the start${fault ? `, about when ${fault.what}` : ""}`,
      ...whatWentWrong(kind, kept.filter((id) => id === utterance.id).length),
    };
  }

  [Symbol.dispose](): void {
    this.#enough = true;
    for (const person of this.people) person[Symbol.dispose]();
  }
}

interface Wrong extends Misheard {
  who: string;
}

const VERBS = { missing: "never heard", twice: "heard twice", order: "heard out of order" };

function few(numbers: readonly number[]): string {
  const rest = numbers.length - NAMED;
  return numbers.slice(0, NAMED).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

/** Keeps the ids of what the page shows from now on: it takes old messages away. Runs in the page. */
function keepIds(): void {
  const log = document.querySelector('[data-testid="messages"]');
  const ids: (string | undefined)[] = [];
  Object.assign(globalThis, { heardIds: ids });
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        if (node instanceof HTMLElement && node.dataset.testid === "message") {
          ids.push(node.dataset.id);
        }
      }
    }
  }).observe(log ?? document.body, { childList: true, subtree: true });
}

async function idsHeardBy(page: Page): Promise<unknown[]> {
  const ids: unknown = await page.evaluate(() => Reflect.get(globalThis, "heardIds"));
  return Array.isArray(ids) ? ids : [];
}
