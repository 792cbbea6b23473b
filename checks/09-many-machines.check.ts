import { NotYet } from "../workshop/problems.ts";
import { readNginxConf } from "../workshop/stage/nginx-conf.ts";
import { mustKnowAddresses } from "./support/addresses.ts";
import {
  gatherOnHosts,
  mustAnswerTheRoll,
  mustHearEachOther,
  mustKeepToRooms,
  mustKnowEachOther,
} from "./support/both-hosts.ts";
import { check } from "./support/check.ts";
import {
  DIES_MIDWAY,
  mustBeAskedAgain,
  mustGiveUpSilentHosts,
  mustMove,
  mustPassOnWithCare,
  mustServeNewcomers,
  settled,
} from "./support/failover.ts";
import {
  mustShareOut,
  onAdapter,
  onAddress,
  onFailover,
  onTimeouts,
  onUpgrade,
  onUpstream,
  requireClusters,
} from "./support/hosts-seen.ts";
import { mustShowItsAddress, twoOnDifferentHosts } from "./support/pages-on-hosts.ts";
import { mustAnswerEverywhere, openThrough } from "./support/passage.ts";
import { say, texts } from "./support/room.ts";
import { mustBeSharded } from "./support/sharded.ts";
import { mustBearSilence } from "./support/silence.ts";
import { explainedByNginx, mustUpgrade } from "./support/through-upgrades.ts";
import { talkOn, UNDER_FIRE } from "./support/under-fire.ts";
import { survives } from "./support/vitals.ts";

/** Of so many sessions, each host gets some. */
const SESSIONS = 24;
/** How many clients with default transports are looked at until they have upgraded. */
const UPGRADES = 8;

check(
  "two hosts of two workers each, and nginx shares clients out among them",
  { look: onUpstream, blocks: true },
  async ({ hosts, nginx, step, dir, show }) => {
    await requireClusters(hosts, step);
    show(await mustShareOut({ nginx, hosts, conf: readNginxConf(dir) }, SESSIONS));
  },
);

check(
  "clients with default transports come to a WebSocket through nginx",
  { look: onUpgrade, blocks: true },
  async ({ app, nginx, dir, clients, show }) => {
    const conf = readNginxConf(dir);
    for (let count = 0; count < UPGRADES; count += 1) {
      const client = await clients.connect().catch((error: unknown) => {
        throw explainedByNginx(error, nginx);
      });
      await mustUpgrade({ app, nginx, conf }, client);
      if (count === 0) show(...app.trace.of(client.sid() ?? ""));
    }
    show(`${UPGRADES} of ${UPGRADES} clients ended on WebSockets`);
  },
);

check("the client's own address comes to the app", { look: onAddress }, async ({ nginx, show }) => {
  show(...(await mustKnowAddresses(nginx)));
});

check(
  "who has nothing to say stays connected",
  { look: onTimeouts, blocks: true },
  async ({ clients, dir, show }) => {
    show(await mustBearSilence(clients, readNginxConf(dir)));
  },
);

check(
  "a request goes on to the other host where that does no harm",
  { look: onFailover },
  async ({ launch, dir, show }) => {
    const { hosts, nginx } = await launch({ preload: [DIES_MIDWAY] });
    show(...(await mustPassOnWithCare(nginx, hosts)));
    show(await mustGiveUpSilentHosts(nginx, readNginxConf(dir)));
  },
);

check(
  "the adapter's messages go over sharded channels, which all workers of both hosts have",
  { look: onAdapter },
  async ({ redis, hosts, step, show }) => {
    show(await mustBeSharded(redis, step.workers * hosts.length));
  },
);

check(
  "any worker of any host answers for a session",
  { look: { file: "relay.ts" } },
  async ({ hosts, nginx, show }) => {
    const { sid } = await openThrough(nginx);
    show(...(await mustAnswerEverywhere(nginx, hosts, sid)));
  },
);

check(
  "people on both hosts hear each other, know of each other, and share rooms",
  { look: { file: "server.ts" } },
  async ({ clients, hosts, show }) => {
    const members = await gatherOnHosts(clients, hosts);
    await mustHearEachOther(members, "hello");
    await mustKnowEachOther(members);
    show(await mustAnswerTheRoll(members), await mustKeepToRooms(members));
  },
);

check(
  "two pages on different hosts talk, over WebSockets",
  { look: onUpgrade },
  async ({ pages, show }) => {
    const [one, other] = await twoOnDifferentHosts(pages);
    await say(one.page, "from one host to the other");
    for (const { page } of [one, other]) await texts(page, ["from one host to the other"]);
    show(
      `a page on host ${one.host} was heard on host ${other.host}; it is at ${await mustShowItsAddress(one)}`,
    );
  },
);

check(
  "a host dies with all its workers: everybody is back on the other, nothing is lost, and it returns",
  { fault: true, look: onFailover },
  async ({ launch, show }) => {
    const further = await launch(UNDER_FIRE);
    const { hosts, nginx } = further;
    const [dying, other] = hosts;
    if (!dying || !other) throw new Error("unreachable: there are two hosts");
    using traffic = await talkOn(further);
    const since = Date.now();
    await traffic.under(`host ${dying.name} was killed`, async () => {
      const start = performance.now();
      await dying.kill();
      show(await mustMove(traffic.people, other, start));
    });
    await traffic.under(`host ${dying.name} was switched on again`, () => dying.start());
    show(mustServeNewcomers(nginx, since), await mustBeAskedAgain(nginx, hosts, dying));
    show(await settled(traffic, nginx));
  },
);

check(
  "both hosts are reloaded, one after the other, and nothing is lost",
  { fault: true, look: onFailover },
  async ({ launch, show }) => {
    const further = await launch(UNDER_FIRE);
    using traffic = await talkOn(further);
    for (const host of further.hosts) {
      await traffic.under(`pm2 reloaded host ${host.name}`, () => host.reload());
    }
    show(await settled(traffic, further.nginx));
  },
);

check(
  "Redis freezes, dies and comes back, and no worker of any host dies of it",
  { fault: true, look: onAdapter },
  async ({ launch, show }) => {
    const { app, redis, hosts, clients } = await launch();
    const before = await app.workers();
    const members = await gatherOnHosts(clients, hosts);
    await mustKnowEachOther(members);
    const [member] = members;
    const use = async () => {
      try {
        await member?.ask("rollCall");
        await member?.ask("join", "lobby");
      } catch (error) {
        if (!(error instanceof NotYet)) throw error;
        throw new NotYet({
          ...error.finding,
          hint: "What the adapter sends to a Redis that is away is rejected, or waits for ever, and the handler with it. createTolerantAdapter takes care of both, for whichever adapter.",
        });
      }
    };
    redis.pause();
    await survives(app, before, "a frozen Redis", use);
    await redis.kill();
    await survives(app, before, "the death of Redis", use);
    await redis.start();
    await survives(app, before, "the return of Redis", async () => {
      show(await mustBeSharded(redis, before.length));
      members.push(...(await gatherOnHosts(clients, hosts, hosts.length)));
      // A worker that finds Redis later than the others has told its people of themselves only.
      await mustKnowEachOther(members, async () => member?.ask("join", "lobby"));
      await mustHearEachOther(members, "back");
    });
    show(`${before.length} workers on ${hosts.length} hosts outlived a frozen and a dead Redis`);
  },
);
