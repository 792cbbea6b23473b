import type { Said } from "../page/events.ts";
import { ask, handshake } from "./support/http.ts";
import { check } from "./support/check.ts";
import { hears } from "./support/clients.ts";
import { must } from "./support/must.ts";
import { state, say, texts } from "./support/room.ts";

check(
  "a handshake by hand opens a session",
  { look: { file: "server.ts", todo: "1.1" }, blocks: true },
  async ({ app, show }) => {
    const { sid } = await handshake(app);
    const post = await ask(app, { method: "POST", sid, body: "40" });
    const poll = await ask(app, { sid });

    show(...app.trace.of(sid));
    // It says goodbye, so that the room is empty for those who count it.
    if (post.status === 200) await ask(app, { method: "POST", sid, body: "41" });
    must(post.status === 200 && poll.status === 200, {
      expected: "GET, POST and GET with one sid to be answered 200",
      seen: `200, ${post.status} and ${poll.status}`,
    });
    must(/40\{"sid":"[^"]+"\}/.test(poll.body), {
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
      seen: JSON.stringify(hello?.sid),
      hint:
        hello?.sid === ada.socket.id
          ? "That is Socket.IO's public socket.id. The session id belongs to the connection under it: socket.conn."
          : "The session id belongs to the connection under the socket: socket.conn.",
    });
    must(hello.worker?.pid === worker?.pid && hello.worker?.instance === 0, {
      expected: `hello to bring the worker { instance: 0, pid: ${worker?.pid} }`,
      seen: JSON.stringify(hello.worker),
    });

    // Whoever knows a session id can speak for it: nobody else may hear it.
    const bob = await clients.connect();
    await hears(
      "Bob to be greeted, too",
      () => bob.hellos,
      (list) => list.length > 0,
    );
    must(ada.hellos.length === 1, {
      expected: "hello to reach the newcomer alone",
      seen: "that Ada hears the session id of Bob, too",
      hint: "socket.emit reaches one client, io.emit all of them.",
    });
  },
);

check(
  "what one says, all hear",
  { look: { file: "server.ts", todo: "1.3" }, blocks: true },
  async ({ app, clients, show }) => {
    const ada = await clients.connect();
    const bob = await clients.connect({ transports: ["polling"] });
    const text = '  hello, <b>Bob</b> & "all"  ';
    const reply = await ada.say(text);

    must(reply?.ok === true, {
      expected: "say to be acknowledged with { ok: true }",
      seen: JSON.stringify(reply) ?? "an empty acknowledgement",
    });
    for (const [name, client] of Object.entries({ Ada: ada, Bob: bob })) {
      const hints = {
        nothing:
          name === "Ada"
            ? "The sender hears its own message, too: io.emit reaches all, socket.broadcast all others."
            : "io.emit reaches every client.",
        something: "said brings { text, from, worker }, with the text as it was said, once.",
      };
      await hears(
        `${name} to hear ${JSON.stringify(text)} once, as it was said`,
        () => client.heard,
        (list) => list.length === 1 && list[0]?.text === text,
        () => ({ hint: client.heard.length > 0 ? hints.something : hints.nothing }),
      );
    }
    // Once is once: a second copy would have come before what is said next.
    await ada.say("next");
    await hears(
      "Bob to hear the next message",
      () => bob.heard,
      (list) => list.at(-1)?.text === "next",
    );
    must(bob.heard.length === 2, {
      expected: "a message to be heard once",
      seen: `${bob.heard.length - 1} of it`,
    });
    const message: Partial<Said> | undefined = bob.heard[0];
    const [worker] = await app.workers();
    must(message?.worker?.pid === worker?.pid && message?.worker?.instance === 0, {
      expected: `a message to bear the worker that it came through, { instance: 0, pid: ${worker?.pid} }`,
      seen: JSON.stringify(message),
    });
    const { from } = message ?? {};
    must(typeof from === "string" && from !== "" && ada.socket.id?.startsWith(from) === true, {
      expected: `a message to bear its sender: the beginning of the public socket.id (${ada.socket.id})`,
      seen: `from: ${JSON.stringify(from)}`,
      hint: "Never show the session id: whoever knows it can speak for its owner. socket.id is public.",
    });
    show(`Ada says it through worker 0; Bob hears ${JSON.stringify(text)}`);
  },
);

check(
  "what is no message is refused, and the server lives",
  {
    look: { file: "server.ts", todo: "1.3" },
    blocks: true,
    hint: "Clients send what they like. Look at the type first, then at the length, and call the acknowledgement only if there is one.",
  },
  async ({ app, clients }) => {
    const ada = await clients.connect();
    const bob = await clients.connect();
    const [before] = await app.workers();

    for (const [what, payload] of Object.entries({
      "an empty text": "",
      "501 characters": "x".repeat(501),
      "a number": 42,
      "an object": { text: "hi" },
      nothing: undefined,
      "an array": ["hi"],
    })) {
      const reply = await ada.say(payload);
      must(reply?.ok === false && typeof reply.error === "string" && reply.error.length > 0, {
        expected: `${what} to be answered with { ok: false, error: "…" }`,
        seen: JSON.stringify(reply) ?? "an empty acknowledgement",
      });
    }
    // No callback, and a callback that is none.
    ada.emit("say", "no callback");
    ada.emit("say");
    ada.emit("say", "no callback", "no function");
    for (const text of [" ", "👋"]) {
      const reply = await ada.say(text);
      must(reply?.ok === true, {
        expected: `${JSON.stringify(text)} to be accepted: it has 1 to 500 characters`,
        seen: JSON.stringify(reply),
      });
    }
    const longest = await ada.say("x".repeat(500));
    must(longest?.ok === true, {
      expected: "500 characters to be accepted",
      seen: JSON.stringify(longest),
    });

    const [after] = await app.workers();
    must(
      after?.pid === before?.pid &&
        after?.state === "online" &&
        after?.restarts === before?.restarts,
      {
        expected: "the server to live on",
        seen: `that it ended: ${app.output.err.split("\n").find((text) => /Error/.test(text)) ?? "no reason"}`,
      },
    );
    await hears(
      "the accepted messages, and no other, to reach the others",
      () => bob.heard.map(({ text }) => String(text).slice(0, 20)),
      (list) =>
        list.at(-1) === "x".repeat(20) &&
        list.every((text) => /^(no callback| |👋|x{20})$/u.test(text)),
    );
  },
);

check(
  "the count of members follows who comes and goes",
  {
    look: { file: "server.ts", todo: "1.4" },
    blocks: true,
    hint: "io.sockets.sockets is the map of the connected sockets; tell all when somebody comes, and when somebody has gone.",
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
      hint: "A map tells how many it holds by its size.",
    });

    const bob = await clients.connect();
    await hears(
      `members to say ${alone + 1} when one more is there`,
      () => ada.members,
      (list) => list.at(-1) === alone + 1,
    );
    bob.socket.disconnect();
    await hears(
      `members to say ${alone} when that one has gone`,
      () => ada.members,
      (list) => list.at(-1) === alone,
    );
  },
);

check(
  "two browser pages talk, over a WebSocket",
  { look: { file: "server.ts", todo: "1.3" } },
  async ({ app, pages, show }) => {
    const [ada, bob] = [await pages.open(), await pages.open()];
    const sid = (await state(ada, "connected")).sid;
    await state(bob, "connected");
    await state(ada, "connected", { transport: "websocket" });
    await state(bob, "connected", { transport: "websocket" });

    await say(ada, "can you see me?");
    await texts(bob, ["can you see me?"]);
    await say(bob, "I can");
    await texts(ada, ["can you see me?", "I can"]);

    show(...app.trace.of(sid).slice(0, 6));
  },
);

check("text is shown as text", { look: { file: "server.ts", todo: "1.3" } }, async ({ pages }) => {
  const [ada, bob] = [await pages.open(), await pages.open()];
  await state(ada, "connected");
  await state(bob, "connected");
  const trick = '<img src=x onerror="document.title=1">';
  await say(ada, trick);
  await texts(bob, [trick]);
  must((await bob.locator('[data-testid="messages"] img').count()) === 0, {
    expected: "the message to be shown as the text that it is",
    seen: "that it became an image in the page",
  });
});

check(
  "the count falls when a page closes",
  { look: { file: "server.ts", todo: "1.4" } },
  async ({ launch }) => {
    const { pages } = await launch();
    const [ada, bob] = [await pages.open(), await pages.open()];
    await state(ada, "connected");
    const { members } = await state(bob, "connected", { members: (count) => count >= 2 });
    await ada.close();
    await state(bob, "connected", { members: (count) => count === members - 1 });
  },
);
