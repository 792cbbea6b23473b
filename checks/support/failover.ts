import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { HOSTS, NGINX_CONF } from "../../workshop/catalog.ts";
import type { Host } from "../../workshop/stage/hosts.ts";
import type { Nginx } from "../../workshop/stage/nginx.ts";
import { Inconclusive, NotYet } from "../../workshop/problems.ts";
import { until } from "../../workshop/stage/until.ts";
import { answeredBy, onFailover, onTimeouts, onUpstream } from "./hosts-seen.ts";
import { must } from "./must.ts";
import type { Participant } from "./participant.ts";
import { openThrough, pass, type Asked, type Passage } from "./passage.ts";
import type { Traffic } from "./traffic.ts";

/** Loaded into workers: a request can ask them to die before they answer. */
export const DIES_MIDWAY = new URL("../experiments/dies-midway.mjs", import.meta.url).href;

/** How long after the death of a host everybody must be on another, in ms. */
const BACK_WITHIN = 5_000;
/** How long after its return a host must be asked again, in ms. */
const RETURN_WITHIN = 5_000;
/** How long a handshake may take when a host swallows connections, in ms. */
const GIVEN_UP_WITHIN = 3_000;
/**
 * How often something is tried that only one of the hosts can show: where nginx draws lots, not one of 24
 * going there is no accident. What share each must get is another check's.
 */
const TRIES = 24;

/**
 * Waits until all of these are connected to this host.
 *
 * @param since when the other was killed, by `performance.now()`
 * @throws NotYet
 */
export async function mustMove(
  people: readonly Participant[],
  to: Host,
  since: number,
): Promise<string> {
  const away = () =>
    people.filter(({ socket, hellos }) => !socket.connected || hostOf(hellos) !== to.name);
  await until(away, (left) => left.length === 0, {
    within: Math.max(0, BACK_WITHIN - (performance.now() - since)),
    otherwise: (left = []) => ({
      expected: `every client to be back, on host ${to.name}, within ${BACK_WITHIN / 1000} s after the other has died`,
      seen: `${left.length} of ${people.length} that are not (${left[0]?.transports.join(", ")})`,
      look: onFailover,
    }),
  });
  const seconds = ((performance.now() - since) / 1000).toFixed(1);
  return `all ${people.length} were on host ${to.name} within ${seconds} s`;
}

function hostOf(hellos: Participant["hellos"]): string | undefined {
  return hellos.at(-1)?.worker?.host;
}

/** No handshake since then may have been answered with an error of nginx's own. @throws NotYet */
export function mustServeNewcomers(nginx: Nginx, since: number): string {
  const handshakes = nginx
    .accessLog()
    .filter(({ uri, at }) => at >= since && uri.includes("EIO=4") && !isOfSession(uri));
  const [refused] = handshakes.filter(({ status }) => status >= 500);
  must(refused === undefined, {
    expected: "nginx to ask the other host when one does not take a handshake",
    seen: `${refused?.status} to ${refused?.upgrade ? "an upgrade" : "a GET"} without a sid, for which it had asked ${refused?.asked.length} of ${HOSTS.length} hosts`,
    look: onFailover,
    hint: "proxy_next_upstream says when a request goes on to the next server. It changes nothing that a GET is sent twice.",
  });
  const passedOn = handshakes.filter(({ asked }) => asked.length > 1).length;
  return `${handshakes.length} handshakes meanwhile, ${passedOn} of them passed on from the dead host`;
}

/**
 * Lets the traffic come to its end. What is missing then, nginx may have taken away: that its log tells.
 *
 * @throws NotYet
 */
export async function settled(traffic: Traffic, nginx: Nginx): Promise<string> {
  try {
    return await traffic.settle();
  } catch (error) {
    if (!(error instanceof NotYet)) throw error;
    const { finding } = error;
    const twice = nginx
      .accessLog()
      .filter(({ uri, method, asked }) => isOfSession(uri) && method === "GET" && asked.length > 1);
    throw new NotYet(
      twice.length > 0
        ? { ...finding, look: onFailover, hint: `${twice.length} ${POLLS_TWICE}` }
        : // What is to be done there was done in step 8.
          { ...finding, look: finding.look && { file: finding.look.file } },
    );
  }
}

const POLLS_TWICE =
  "GETs of sessions were passed on to the other host. A poll takes messages out of its session, and when its answer is lost, the next one gets those that come after. What has a sid must not be passed on.";

function isOfSession(uri: string): boolean {
  return uri.includes("&sid=");
}

/** A host that is back must be given sessions again. @throws NotYet */
export async function mustBeAskedAgain(
  nginx: Nginx,
  hosts: readonly Host[],
  { name }: Host,
): Promise<string> {
  const start = performance.now();
  await until(
    async () => answeredBy((await openThrough(nginx)).entry, hosts),
    (host) => host === name,
    {
      within: RETURN_WITHIN,
      otherwise: () => ({
        expected: `host ${name} to be asked again within ${RETURN_WITHIN / 1000} s after its return`,
        seen: "that it is not",
        look: onUpstream,
        hint: "fail_timeout says for how long a host is left out that has failed: 10 s by default.",
      }),
    },
  );
  return `${((performance.now() - start) / 1000).toFixed(1)} s after its return, host ${name} was asked again`;
}

/**
 * What becomes of a request whose host dies before it answers: a handshake goes on to the other host,
 * what belongs to a session does not.
 *
 * @throws NotYet
 */
export async function mustPassOnWithCare(nginx: Nginx, hosts: readonly Host[]): Promise<string[]> {
  const post = await sentToDie(nginx, hosts, { method: "POST", body: "3" }, true);
  must(post.entry.asked.length === 1, {
    expected: "a POST that was sent to a host that then dies not to be sent to another one",
    seen: `that it was sent to ${post.entry.asked.length}`,
    look: onFailover,
    hint: "The first host may have done what the POST asks for: Engine.IO would take its packets twice. Without non_idempotent, nginx passes a POST on only while it has not been sent.",
  });
  const poll = await sentToDie(nginx, hosts, {}, true);
  must(poll.entry.asked.length === 1, {
    expected: "a poll that was sent to a host that then dies not to be sent to another one",
    seen: `that it was sent to ${poll.entry.asked.length}, and answered ${poll.status}`,
    look: onFailover,
    hint: "A poll is a GET, and yet it changes something: it takes messages out of its session. Those of the answer that was lost, the next poll does not get; and the client never learns of it. What has a sid must have a location of its own, where proxy_next_upstream is off.",
  });
  const handshake = await sentToDie(nginx, hosts, {}, false);
  must(handshake.status === 200 && handshake.entry.asked.length === 2, {
    expected: "a handshake whose host dies before it answers to be passed on to the other host",
    seen: `${handshake.status}, and ${handshake.entry.asked.length === 1 ? "only one host" : `${handshake.entry.asked.length} hosts`} asked`,
    look: onFailover,
    hint: "proxy_next_upstream says when a request goes on to the next server: error is a connection that fails, timeout one on which nothing comes. A handshake has no sid, and does no harm when it is sent twice.",
  });
  return [
    `a POST, and a poll, whose host died: sent once, ${post.status} and ${poll.status}`,
    "a handshake whose host died: sent to the other one, too, 200",
  ];
}

/** Sends a request, each time of another session, until it has met host a, which dies of it. */
async function sentToDie(
  nginx: Nginx,
  [dying]: readonly Host[],
  what: Asked,
  ofSession: boolean,
): Promise<Passage> {
  if (!dying) throw new Error("unreachable: there are two hosts");
  const before = await pidsOf(dying);
  const headers = { "X-Die": dying.name };
  let taken = 200;
  const found = await until(
    async () => {
      if (!ofSession) return await pass(nginx, { ...what, headers });
      const { sid } = await openThrough(nginx);
      // Then there is something to be had for a poll, which would wait for long otherwise.
      taken = (await pass(nginx, { method: "POST", sid, body: "40" })).status;
      if (taken !== 200) throw new Error(`${taken} to the packet that connects`);
      return await pass(nginx, { ...what, sid, headers });
    },
    ({ entry }) => entry.asked[0]?.port === dying.port,
    {
      within: RETURN_WITHIN * 2,
      otherwise: () =>
        taken === 200
          ? {
              expected: `nginx to ask host ${dying.name}`,
              seen: "that it does not",
              look: onUpstream,
            }
          : {
              expected: "a POST of a session to be answered through nginx",
              seen: String(taken),
              look: { file: NGINX_CONF },
            },
    },
  );
  await replaced(dying, before);
  return found;
}

async function pidsOf({ app }: Host): Promise<number[]> {
  return (await app.workers()).map(({ pid }) => pid);
}

/** Waits until pm2 has started another worker in the place of the one of these that has died. */
async function replaced({ app, name }: Host, before: readonly number[]): Promise<void> {
  await until(
    () => app.workers(),
    (workers) =>
      workers.every(({ state }) => state === "online") &&
      before.some((pid) => !workers.some((worker) => worker.pid === pid)),
    {
      within: 20_000,
      otherwise: () => new Inconclusive(`pm2 has not started a worker of host ${name} again`),
    },
  );
}

/**
 * What becomes of handshakes while one of the hosts neither takes nor refuses a connection, like a
 * machine without power. @throws NotYet
 */
export async function mustGiveUpSilentHosts(nginx: Nginx, conf: string): Promise<string> {
  await using swallower = await startSwallower();
  if (!swallower) return "(this system takes connections for every program: not tried)";
  const [, b] = HOSTS;
  await nginx.reload(conf.replaceAll(`:${b?.port}`, `:${swallower.port}`));
  let longest = 0;
  for (let tries = 0; tries < TRIES && longest === 0; tries += 1) {
    const start = performance.now();
    const { entry, status } = await openThrough(nginx);
    if (!entry.asked.some(({ port }) => port === swallower.port)) continue;
    longest = performance.now() - start;
    must(status === 200 && longest < GIVEN_UP_WITHIN, {
      expected: `a host that takes no connection to be given up within ${GIVEN_UP_WITHIN / 1000} s`,
      seen: `a handshake that took ${(longest / 1000).toFixed(1)} s`,
      look: onTimeouts,
      hint: "proxy_connect_timeout says how long nginx waits for a connection: 60 s by default.",
    });
  }
  must(longest > 0, {
    expected: `some of ${TRIES} handshakes to be tried on host b first`,
    seen: "none",
    look: onUpstream,
  });
  return `while host b took no connection, a handshake took ${(longest / 1000).toFixed(1)} s`;
}

interface Swallower extends AsyncDisposable {
  port: number;
}

/** Listens, takes nothing, and ends by itself after 30 s. */
const PROGRAM = `
  const server = require("node:net").createServer().listen(0, "127.0.0.1", 1, () => {
    require("node:fs").writeSync(1, String(server.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30000);
    process.exit();
  });`;

/** Somebody who listens on a port and whose queue is full; undefined where that makes no difference. */
async function startSwallower(): Promise<Swallower | undefined> {
  const child = spawn(process.execPath, ["-e", PROGRAM], { stdio: ["ignore", "pipe", "ignore"] });
  const fillers: Socket[] = [];
  const end = async () => {
    for (const socket of fillers) socket.destroy();
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  const [text] = await once(child.stdout, "data");
  const port = Number(text);
  for (let tries = 0; tries < 6; tries += 1) {
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    fillers.push(socket);
    const taken = once(socket, "connect").then(() => true);
    // After a stall timers come first, and what has arrived meanwhile is heard of a turn later.
    const isTaken =
      (await Promise.race([taken, sleep(300, false)])) ||
      (await Promise.race([taken, nextTurn(false)]));
    if (!isTaken) return { port, [Symbol.asyncDispose]: end };
  }
  await end();
  return undefined;
}
