import type { HostsApp } from "../stage/hosts.ts";
import type { App } from "../stage/app.ts";
import { Visitor, wait } from "./visitor.ts";

/** A recording that is being made. */
export interface Stage {
  app: App | HostsApp;
  /** Opens a client that leaves when the recording ends. */
  visit: (options?: ConstructorParameters<typeof Visitor>[1]) => Visitor;
  /** Forgets what has been recorded so far: it begins here. */
  begin: () => void;
  /** Notes what is done from outside. */
  deed: (text: string) => void;
}

export interface Scenario {
  about: string;
  /** Channels of which nothing is shown: another step is about them. */
  hides?: RegExp;
  play: (stage: Stage) => Promise<void>;
}

/** After so long without a word, workers have said what they had to say, on a busy machine too; in ms. */
const QUIET = 1_000;

const WEBSOCKET = { transports: ["websocket"] };

/** Where the adapter's workers ask each other who is there. */
const ADAPTER = /^chat(-re|#)/;

/** What is recorded of each step's solution, by the number of the step. */
export const scenarios: Record<number, Scenario> = {
  1: {
    about: "one client connects, and moves over to a WebSocket",
    async play({ visit }) {
      await visit().upgraded();
    },
  },
  2: {
    about: "a client connects, its worker is killed, and it comes back",
    async play({ visit, deed }) {
      const ada = visit(WEBSOCKET);
      const { worker } = await ada.greeted();
      deed(`kill -9 ${worker.pid}`);
      process.kill(worker.pid, "SIGKILL");
      const again = await ada.greeted(2);
      deed(`the client is back: pid ${worker.pid} was replaced by pid ${again.worker.pid}`);
    },
  },
  3: {
    about: "two clients try to connect, one after the other",
    async play({ app, visit, deed }) {
      for (const name of ["first", "second"]) {
        const visitor = visit({ reconnection: false });
        const reason = await visitor.refused();
        visitor.leave();
        await settled(app);
        deed(`the ${name} client gives up: ${reason}`);
      }
    },
  },
  4: {
    about: "eight clients connect by WebSocket alone, one talks, and somebody tries polling",
    async play({ app, visit, deed }) {
      const all = await gather(visit, 8);
      await all[0]?.say("Who hears me?");
      await all[0]?.hears("Who hears me?");
      const owner = all[0]?.hellos[0]?.worker.instance;
      const near = all.filter(({ hellos }) => hellos[0]?.worker.instance === owner);
      for (const one of near) await one.hears("Who hears me?");
      const heard = all.filter((one) => one.heard.length > 0).length;
      deed(`one says something on worker ${owner}: ${heard} of ${all.length} hear it`);
      await fetch(`${app.url}/socket.io/?EIO=4&transport=polling`);
    },
  },
  5: {
    about: "four clients on four workers, and two of them talk",
    async play({ app, visit, deed }) {
      const all = await gather(visit, 4);
      for (const at of [0, 2]) {
        const text = `Hello from ${at}`;
        deed(`one says something on worker ${all[at]?.hellos[0]?.worker.instance}`);
        await all[at]?.say(text);
        for (const one of all) await one.hears(text);
      }
      await settled(app);
      deed(`what each has heard: ${all.map(({ heard }) => heard.length).join(", ")} messages`);
    },
  },
  6: {
    about: "two people on two workers; one speaks, the other goes to another room",
    async play({ app, visit, begin, deed }) {
      const [ada, bob] = await gather(visit, 2);
      await settled(app);
      begin();
      deed("Ada says something");
      await ada?.say("Is there tea?");
      await bob?.hears("Is there tea?");
      await settled(app);
      deed("Bob joins the room tea: all workers ask all workers who is where");
      await bob?.join("tea");
    },
  },
  7: {
    about: "a client with the default transports connects, and its requests meet all workers",
    hides: ADAPTER,
    async play({ app, visit, begin, deed }) {
      await settled(app);
      begin();
      const ada = visit();
      await ada.upgraded();
      await settled(app);
      deed("the client is connected, by a WebSocket");
    },
  },
  8: {
    about: "two people talk, the worker of one is killed, and she misses nothing",
    hides: ADAPTER,
    async play({ app, visit, begin, deed }) {
      const [ada, bob] = await gather(visit, 2);
      await settled(app);
      begin();
      deed("Bob says “one”");
      await bob?.say("one");
      await ada?.hears("one");
      const owner = ada?.hellos[0]?.worker;
      if (!ada || !owner) throw new Error("unreachable: Ada was greeted");
      // She comes back with the offset of what she has heard, as the page does.
      ada.socket.auth = { offset: await offsetOf(ada) };
      deed(`kill -9 ${owner.pid}: Ada’s worker`);
      process.kill(owner.pid, "SIGKILL");
      await bob?.say("two");
      deed("Bob says “two”, and it is acknowledged");
      await ada.greeted(2);
      await ada.hears("two");
      await settled(app);
      deed(`Ada is back, and has heard ${ada.heard.map((text) => `“${text}”`).join(", ")}`);
    },
  },
  9: {
    about: "two people on two hosts talk, one host is killed, and they talk on",
    hides: ADAPTER,
    async play({ app, visit, begin, deed }) {
      if (!("hosts" in app)) throw new Error("unreachable: step 9 has hosts");
      const all = await gather(visit, 4);
      await settled(app);
      begin();
      const [ada] = all.filter(({ hellos }) => hellos[0]?.worker.host === "a");
      const [bob] = all.filter(({ hellos }) => hellos[0]?.worker.host === "b");
      if (!ada || !bob) throw new Error("The recording found nobody on one of the hosts.");
      deed("Ada, on host a, says something, and Bob hears it on host b");
      await ada.say("Is anybody there?");
      await bob.hears("Is anybody there?");
      deed("host a is killed, with all its workers");
      await app.hosts[0]?.kill();
      await ada.greeted(2);
      await ada.say("Still here?");
      await bob.hears("Still here?");
      deed(`Ada is back, on host ${ada.hellos.at(-1)?.worker.host}, and Bob has heard her`);
    },
  },
};

/** So many clients by WebSocket, one after the other: each on the next worker. */
async function gather(visit: Stage["visit"], count: number): Promise<Visitor[]> {
  const all: Visitor[] = [];
  while (all.length < count) {
    const visitor = visit(WEBSOCKET);
    await visitor.greeted();
    all.push(visitor);
  }
  return all;
}

/** Where in the stream the latest message is that a client has heard. */
async function offsetOf(visitor: Visitor): Promise<string> {
  const offset = await wait("an offset", () => visitor.offset);
  return offset;
}

/** Waits until the workers have told each other all that they had to. */
export async function settled({ trace }: App): Promise<void> {
  let [count, since] = [-1, performance.now()];
  await wait("silence", () => {
    const now = trace.events.filter((event) => event.kind !== "command" || isWord(event.bytes));
    if (now.length !== count) [count, since] = [now.length, performance.now()];
    return performance.now() - since > QUIET || undefined;
  });
}

/** Signs of life go on for ever. */
function isWord(bytes: number | undefined): boolean {
  return bytes === undefined || bytes > 40;
}
