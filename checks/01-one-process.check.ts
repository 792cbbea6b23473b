import type { Page } from "playwright";
import type { Reply, Said } from "../page/events.ts";
import { NotYet } from "../workshop/problems.ts";
import type { App } from "../workshop/stage/app.ts";
import { until } from "../workshop/stage/until.ts";
import { ask, handshake } from "./support/http.ts";
import { check } from "./support/check.ts";
import { hears, type ChatClient } from "./support/clients.ts";
import { must } from "./support/must.ts";
import { readState, readTexts, state, say, texts } from "./support/room.ts";

check(
  "a handshake by hand opens a session",
  { look: { file: "server.ts", todo: "1.1" }, blocks: true },
  async ({ app, show }) => {
    const { sid } = await handshake(app);
    const post = await ask(app, { method: "POST", sid, body: "40" });
    const poll = await ask(app, { sid });

    show(...app.trace.of(sid));
    // It says goodbye and closes the session, so that nobody is there for those who count.
    if (post.status === 200) await ask(app, { method: "POST", sid, body: "41\x1e1" });
    must(post.status === 200 && poll.status === 200, {
      expected: "GET, POST and GET with one sid to be answered 200",
      seen: `200, ${post.status} and ${poll.status}`,
    });
    must(/40\{"sid":"[^"]+"/.test(poll.body), {
      expected: 'the second GET to bring 40{"sid":…}, which connects the client',
      seen: poll.body.slice(0, 200) || "an empty answer",
    });
  },
);

check(
  "a client is greeted with its worker and its session id",
  {
    look: { file: "server.ts", todo: "1.2" },
    blocks: true,
    hint: 'socket.emit("hello", { worker, sid }) as soon as somebody is connected.',
  },
  async ({ app, clients }) => {
    const ada = await clients.connect();
    const sid = ada.sid();
    await hears(
      "the event hello after connecting",
      () => ada.hellos,
      (list) => list.length > 0,
    );

    const [hello] = ada.hellos;
    const [worker] = await app.workers();
    must(hello !== undefined && hello.sid === sid, {
      expected: `hello to bring the session id of the handshake (${sid})`,
      seen: `hello with ${JSON.stringify(hello)}`,
      hint:
        hello?.sid === ada.socket.id
          ? "That is Socket.IO's public socket.id. The session id belongs to the connection under it: socket.conn."
          : "hello brings one object, { worker, sid }. The session id belongs to the connection under the socket: socket.conn.",
    });
    must(hello.worker?.pid === worker?.pid && hello.worker?.instance === 0, {
      expected: `hello to bring the worker { instance: 0, pid: ${worker?.pid} }`,
      seen: JSON.stringify(hello.worker),
      hint: "worker, at the top of the file, is what names this process: send it as it is.",
    });

    // Whoever knows a session id can speak for it: nobody else may hear it.
    const bob = await clients.connect();
    await hears(
      "Bob to be greeted, too",
      () => bob.hellos,
      (list) => list.length > 0,
    );
    must(!ada.hellos.some((greeting) => greeting.sid === bob.sid()), {
      expected: "hello to reach the newcomer alone",
      seen: "that Ada hears the session id of Bob, too",
      hint: "socket.emit reaches one client, io.emit all of them.",
    });
    must(ada.hellos.length === 1 && bob.hellos.length === 1, {
      expected: "a client to be greeted once",
      seen: `that Ada hears hello ${ada.hellos.length} times, and Bob ${bob.hellos.length}`,
      hint: "Each connection has one hello of its own. Does something else send it, too?",
    });
  },
);

check(
  "what one says, all hear",
  {
    look: { file: "server.ts", todo: "1.3" },
    blocks: true,
    hint: "said brings one object, { text, from, worker }, to all; the sender is told { ok: true } besides.",
  },
  async ({ app, clients, show }) => {
    const ada = await clients.connect();
    const bob = await clients.connect({ transports: ["polling"] });
    const others = new Set<string>();
    const known = new Set<string>(["hello", "members", "said"]);
    ada.socket.onAny((event) => known.has(event) || others.add(event));
    const text = '  hello, <b>Bob</b> & "all"  ';
    const reply = await answer(ada, text, "say to be acknowledged with { ok: true }", () =>
      ada.heard.length > 0
        ? "It was said, but not acknowledged: the last argument of the handler is a function to call."
        : 'Does socket.on("say", …) stand inside of the connection\'s handler, before anything is awaited there, and does it come to its end?',
    );

    must(reply?.ok === true, {
      expected: "say to be acknowledged with { ok: true }",
      seen: JSON.stringify(reply) ?? "an empty acknowledgement",
      hint: "The acknowledgement has one argument: { ok: true }, or { ok: false, error }.",
    });
    for (const [name, client, other] of [
      ["Ada", ada, bob],
      ["Bob", bob, ada],
    ] as const) {
      await hears(
        `${name} to hear ${JSON.stringify(text)}, as it was said`,
        () => client.heard,
        (list) => list.length > 0,
        () => ({
          hint:
            others.size > 0
              ? `The event is called "said". What came was "${[...others].join('", "')}".`
              : other.heard.length === 0
                ? 'Nobody hears it: io.emit("said", …) reaches every client.'
                : name === "Ada"
                  ? "The sender hears its own message, too: io.emit reaches all, socket.broadcast all others."
                  : "io.emit reaches every client, socket.emit only the one whose socket it is.",
        }),
      );
      const [first] = client.heard;
      must(first?.text === text, {
        expected: `${name} to hear ${JSON.stringify(text)}, as it was said`,
        seen: JSON.stringify(first),
        hint:
          typeof first?.text === "string"
            ? "The server changes nothing of it: it neither trims nor escapes. To show text as text is the page's work."
            : "said brings one object, { text, from, worker }.",
      });
    }
    // Once is once: a second copy would have come before what is said next.
    await ada.say("next");
    for (const [name, { heard }] of Object.entries({ Ada: ada, Bob: bob })) {
      await hears(
        `${name} to hear the next message`,
        () => heard,
        (list) => list.some((message) => message.text === "next"),
      );
      const first = heard.filter((message) => message.text === text);
      must(first.length === 1, {
        expected: "a message to be heard once",
        seen: `that ${name} hears it ${first.length} times`,
        hint: [ada, bob].every(({ heard }) => heard.filter((one) => one.text === text).length > 1)
          ? 'Is it said twice, or is the handler there twice? A socket.on("say", …) that stands in another handler is added once more each time.'
          : "io.emit reaches all, the sender among them: nobody needs to be told besides.",
      });
    }
    const message: Partial<Said> | undefined = bob.heard[0];
    const [worker] = await app.workers();
    must(message?.worker?.pid === worker?.pid && message?.worker?.instance === 0, {
      expected: `a message to bear the worker that it came through, { instance: 0, pid: ${worker?.pid} }`,
      seen: JSON.stringify(message),
      hint: "said brings { text, from, worker }; worker stands at the top of the file.",
    });
    const { from } = message ?? {};
    const secret = "Never show the session id: whoever knows it can speak for its owner.";
    must(typeof from === "string" && from !== "" && ada.socket.id?.startsWith(from) === true, {
      expected: `a message to bear its sender: the beginning of the public socket.id (${ada.socket.id})`,
      seen: `from: ${JSON.stringify(from)}`,
      hint:
        typeof from === "string" && from !== "" && ada.sid()?.startsWith(from)
          ? `${secret} socket.id is public.`
          : "from is socket.id.slice(0, 4).",
    });
    must(!JSON.stringify(message).includes(ada.sid() ?? "?"), {
      expected: "the session id of the sender to stay unknown to the others",
      seen: `that Bob hears it: ${JSON.stringify(message)}`,
      hint: secret,
    });
    show(`Ada says it through worker 0; Bob hears ${JSON.stringify(text)}`);
  },
);

/** What is no message, and why a server may take it for one. */
const REFUSED: readonly { what: string; payload: unknown; hint: string }[] = [
  {
    what: "an empty text",
    payload: "",
    hint: "A message has 1 character at the least.",
  },
  {
    what: "501 characters",
    payload: "x".repeat(501),
    hint: "A message has 500 characters at the most: text.length tells how many there are.",
  },
  {
    what: "a number",
    payload: 42,
    hint: "Look at the type of what came: a number has no length, and undefined > 500 is false. What could be made a text is none yet.",
  },
  {
    what: "an object",
    payload: { text: "hi" },
    hint: "Look at the type of what came: an object has no length, and undefined > 500 is false.",
  },
  { what: "nothing", payload: undefined, hint: "Look at the type first." },
  {
    what: "an array",
    payload: ["hi"],
    hint: "An array has a length, too: typeof text tells whether it is a text.",
  },
];

/** What is one, though it may not look so. */
const ACCEPTED: readonly { what: string; text: string; hint: string }[] = [
  { what: '" "', text: " ", hint: "A blank is a character like any other: nothing is trimmed." },
  {
    what: '"two\\nlines"',
    text: "two\nlines",
    hint: "In a regular expression a dot stands for no line break. text.length tells how long a text is.",
  },
  {
    what: "500 characters",
    text: "x".repeat(500),
    hint: "500 are still allowed: what is longer than that is refused.",
  },
  {
    what: "500 × é",
    text: "é".repeat(500),
    hint: "A character may take several bytes; text.length counts characters.",
  },
];

check(
  "what is no message is refused, and the server lives",
  {
    look: { file: "server.ts", todo: "1.3" },
    blocks: true,
    hint: "Clients send what they like. Look at the type first, then at the length, and call the acknowledgement only if there is one.",
    hintOfDeath,
  },
  async ({ clients }) => {
    const ada = await clients.connect();
    const bob = await clients.connect();
    await sayAllKinds(ada, bob);
  },
);

function hintOfDeath(seen: string): string {
  if (/is not a function/.test(seen)) {
    return "A client may send no callback, or one that is none: call it only if typeof says that it is a function.";
  }
  if (/Cannot read prop/.test(seen))
    return "A client may send nothing at all: look at the type first.";
  return "What a handler throws, and nobody catches, ends the process. Refuse with { ok: false, error }.";
}

async function sayAllKinds(ada: ChatClient, bob: ChatClient): Promise<void> {
  // A server may tell those who come what was said before: that has come by then.
  ada.emit("say", "listen", () => {});
  await hears(
    "what one says to reach the others",
    () => bob.heard.map(({ text }) => brief(text)),
    () => bob.heard.at(-1)?.text === "listen",
  );
  const before = bob.heard.length;
  const heardSince = () => bob.heard.slice(before).map(({ text }) => text);
  for (const { what, payload, hint } of REFUSED) {
    const expected = `${what} to be answered with { ok: false, error: "…" }`;
    const reply = await answer(
      ada,
      payload,
      expected,
      () => "What is refused is answered, too: with { ok: false, error } and the reason.",
    );
    must(reply?.ok === false && typeof reply.error === "string" && reply.error.length > 0, {
      expected,
      seen: JSON.stringify(reply) ?? "an empty acknowledgement",
      hint: reply?.ok === false ? "error is a text that the page can show: what was wrong." : hint,
    });
  }
  // No callback, and a callback that is none.
  ada.emit("say", "no callback");
  ada.emit("say");
  ada.emit("say", "no callback", "no function");
  for (const { what, text, hint } of ACCEPTED) {
    const expected = `${what} to be accepted: a message has 1 to 500 characters`;
    const reply = await answer(ada, text, expected, () => "Each message is acknowledged.");
    must(reply?.ok === true, { expected, seen: JSON.stringify(reply) ?? "nothing", hint });
  }
  const last = ACCEPTED.at(-1)?.text;
  await hears(
    "the accepted messages to reach the others",
    () => heardSince().map(brief),
    () => bob.heard.at(-1)?.text === last,
  );
  // Whether one without a callback is a message, or is refused, is the server's choice.
  const allowed = new Set<unknown>(["no callback", ...ACCEPTED.map(({ text }) => text)]);
  const wrong = heardSince().filter((text) => !allowed.has(text));
  must(wrong.length === 0, {
    expected: "what is refused to reach nobody",
    seen: `that Bob hears ${wrong.map(brief).join(", ")}`,
    hint: "A handler goes on after it has answered, unless it returns.",
  });
  const missing = ACCEPTED.filter(({ text }) => !heardSince().includes(text));
  must(missing.length === 0, {
    expected: "what is accepted to reach all, as it is",
    seen: `that Bob does not hear ${missing.map(({ what }) => what).join(", ")}`,
  });
}

/** Says something and gives the answer. @throws NotYet that says for which of all it was that none came. */
async function answer(
  client: ChatClient,
  what: unknown,
  expected: string,
  hint: () => string,
): Promise<Reply> {
  try {
    return await client.say(what);
  } catch (failure) {
    if (!(failure instanceof NotYet)) throw failure;
    const [left] = client.left;
    throw new NotYet({
      expected,
      seen: left ? `that the client lost its connection: ${left}` : "no acknowledgement within 5 s",
      hint: left ? "Who says something wrong is told so, and stays." : hint(),
    });
  }
}

/** As much of a text as tells which one it is. */
function brief(text: unknown): string {
  if (typeof text !== "string") return String(JSON.stringify(text));
  if (text.length <= 20) return JSON.stringify(text);
  const isOne = text === text[0]?.repeat(text.length);
  return isOne ? `${text.length} × ${text[0]}` : JSON.stringify(`${text.slice(0, 20)}…`);
}

check(
  "the count of members follows who comes and goes",
  {
    look: { file: "server.ts", todo: "1.4" },
    blocks: true,
    hint: 'io.emit("members", io.sockets.sockets.size) when somebody comes, and again when somebody has gone.',
  },
  async ({ launch }) => {
    // An app of its own: here nobody is still on the way out of another check.
    const { clients } = await launch();
    const ada = await clients.connect();
    await hears(
      "members after connecting",
      () => ada.members,
      (list) => list.length > 0,
    );
    const alone = ada.members.at(-1);
    must(typeof alone === "number", {
      expected: "members to bring a number",
      seen: JSON.stringify(alone),
      hint: "A map tells how many it holds by its size, and what is awaited is a number only afterwards.",
    });
    await count(
      ada,
      1,
      "when nobody else is there",
      () => "It is io.sockets.sockets.size, as it is: whoever has come counts, too.",
    );

    let told = ada.members.length;
    const bob = await clients.connect();
    await count(ada, 2, "when one more is there", () =>
      ada.members.length > told
        ? "The count is of all, not of one connection: io.sockets.sockets.size tells it."
        : "The newcomer is not the only one who wants to know: io.emit tells all.",
    );
    told = ada.members.length;
    bob.socket.disconnect();
    await count(ada, 1, "when that one has gone", () =>
      ada.members.length === told
        ? 'Nobody has told Ada. socket.on("disconnect", …) is the moment; who has gone hears nothing any more, so io.emit.'
        : ada.members.at(-1) === 2
          ? 'Who leaves is still counted. On "disconnecting" it is in io.sockets.sockets, on "disconnect" no more; io.engine.clientsCount falls later still.'
          : "io.sockets.sockets.size is the count, also after somebody has gone: nothing is added to it or taken away.",
    );
  },
);

/** Waits until somebody has been told this count. @throws NotYet when that is not within 3 s. */
async function count(
  client: ChatClient,
  wanted: number,
  when: string,
  hint: () => string,
): Promise<void> {
  await until(
    () => client.members,
    (list) => list.at(-1) === wanted,
    {
      within: 3_000,
      otherwise: () => ({
        expected: `members to say ${wanted} ${when}`,
        seen: `${client.members.join(", then ")}`,
        hint: hint(),
      }),
    },
  );
}

check(
  "two browser pages talk, over a WebSocket",
  { look: { file: "server.ts", todo: "1.3" } },
  async ({ app, twoPages, show }) => {
    await offersUpgrade(app);
    const [ada, bob] = await twoPages();
    const sid = (await state(ada, "connected")).sid;
    await state(bob, "connected");
    await state(ada, "connected", { transport: "websocket" });
    await state(bob, "connected", { transport: "websocket" });

    // A server may tell those who come what was said before.
    const [atAda, atBob] = [await readTexts(ada), await readTexts(bob)];
    await say(ada, "can you see me?");
    await texts(bob, [...atBob, "can you see me?"]);
    await say(bob, "I can");
    await texts(ada, [...atAda, "can you see me?", "I can"]);
    await texts(bob, [...atBob, "can you see me?", "I can"]);

    show(...app.trace.of(sid).slice(0, 6));
  },
);

/** A page that is never offered the upgrade need not be waited for. */
async function offersUpgrade(app: App): Promise<void> {
  const { sid, answer: opening } = await handshake(app);
  await ask(app, { method: "POST", sid, body: "1" });
  must(/"upgrades":\[[^\]]*"websocket"/.test(opening.body), {
    expected: 'the handshake to offer the upgrade: "upgrades":["websocket"]',
    seen: opening.body.slice(0, 200),
    look: { file: "server.ts", todo: "1.1" },
    hint: "By default the server takes polling and WebSocket. Does an option say transports, or allowUpgrades?",
  });
}

check(
  "text is shown as text",
  {
    look: { file: "server.ts", todo: "1.3" },
    hint: "The server sends on what was said as it was: it neither filters nor escapes. To show text as text is the page's work.",
  },
  async ({ twoPages }) => {
    const [ada, bob] = await twoPages();
    await state(ada, "connected");
    await state(bob, "connected");
    const before = await readTexts(bob);
    const trick = '<img src=x onerror="document.title=1">';
    await say(ada, trick);
    await texts(bob, [...before, trick]);
    must((await bob.locator('[data-testid="messages"] img').count()) === 0, {
      expected: "the message to be shown as the text that it is",
      seen: "that it became an image in the page",
    });
  },
);

check(
  "the count falls when a page closes",
  {
    look: { file: "server.ts", todo: "1.4" },
    hint: 'A page that closes says no goodbye. "disconnect" comes for any reason: each of them counts.',
  },
  async ({ twoPages }) => {
    const [ada, bob] = await twoPages();
    // Of a page that closes in the middle of its upgrade the server hears by the heartbeat only.
    await state(ada, "connected", { transport: "websocket" });
    await shows(bob, 2, "while two pages are open");
    await ada.close();
    await shows(bob, 1, "when one of two pages has been closed");
  },
);

/** Waits until a page shows this count. @throws NotYet */
async function shows(page: Page, members: number, when: string): Promise<void> {
  await until(
    () => readState(page),
    (seen) => seen.state === "connected" && seen.members === members,
    {
      within: 5_000,
      otherwise: (seen) => ({
        expected: `the page to count ${members} ${when}`,
        seen: seen ? `"${seen.state}", ${seen.members} here` : "a page that cannot be read",
      }),
    },
  );
}
