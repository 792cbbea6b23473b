import type { Finding } from "../../workshop/problems.ts";
import type { App } from "../../workshop/stage/app.ts";
import { explainCrash, withoutPm2 } from "../../workshop/stage/crash.ts";
import type { FurtherApp, Scene } from "./check.ts";
import type { Variation } from "./ground.ts";
import { onForward, onInject, onOwner } from "./relay-seen.ts";
import { Death, takeVitals } from "./vitals.ts";

/** What a worker says when it dies of a relay, where that does not say what to do about it. */
const LAST_WORDS = [
  {
    sign: /socket hang up|ECONNRESET|EPIPE/,
    look: onForward,
    hint: 'An "error" to which nobody listens ends the process. A request emits one when its connection closes before the answer, a socket when its client vanishes.',
  },
  {
    sign: /write after end/,
    look: onForward,
    hint: "pipe() ends the stream that it writes to when nothing more comes. Nobody else has to, and not before.",
  },
  {
    sign: /ERR_HTTP_HEADERS_SENT|headers after they are sent/,
    look: onForward,
    hint: "Somebody has been answered twice. Once the owner's answer is on its way, nothing is left to refuse.",
  },
  {
    sign: /INTERNAL_ASSERTION/,
    look: onForward,
    hint: "A tunnel is a connection, and here it carries one request: each request opens its own.",
  },
  {
    sign: /Invalid URL/,
    look: onOwner,
    hint: "The URL of a request begins with its path, so new URL(url) is none. URLSearchParams reads what comes after the ?.",
  },
  {
    sign: /this\.conn\.|conn\.(?:on|close)/,
    look: onInject,
    hint: "What the engine emits as a connection is a session of Engine.IO. A connection of the network is for an HTTP server: this.#inner.",
  },
];

/** Files that a learner of step 7 has been given: what is wrong shows there, and is elsewhere. */
const GIVEN = ["server.ts", "tunnel.ts", "tunnels.ts", "bus.ts", "frame.ts"];

/**
 * The body of a check of what the relay does: a worker that dies of it dies of what is in relay.ts.
 *
 * @throws Death from the body that it gives, when a worker has died that nobody has killed.
 */
export function ofRelay(body: (scene: Scene) => Promise<void>): (scene: Scene) => Promise<void> {
  return async (scene) => {
    const lives = [await lifeOf(scene.app)];
    const launch = async (how?: Variation): Promise<FurtherApp> => {
      const further = await scene.launch(how);
      lives.push(await lifeOf(further.app));
      return further;
    };
    const watched: Scene = Object.create(scene, { launch: { value: launch } });
    try {
      await body(watched);
    } catch (error) {
      if (!(error instanceof Death)) for (const life of lives) mustHaveLived(life);
      throw error;
    }
  };
}

interface Life {
  app: App;
  pids: readonly number[];
}

async function lifeOf(app: App): Promise<Life> {
  return { app, ...(await takeVitals(app)) };
}

/** Whom a check kills leaves no record of its exit. @throws Death */
function mustHaveLived({ app, pids }: Life): void {
  const exit = app.trace.exits().find(({ worker }) => pids.includes(worker.pid));
  if (!exit) return;
  const said = withoutPm2(app.output.err).trim() || `exit code ${exit.code}`;
  const { finding } = explainCrash(said, app.dir);
  const known = LAST_WORDS.find(({ sign }) => sign.test(finding.seen));
  throw new Death({
    ...finding,
    expected: "no worker to die of what it relays",
    seen: `worker ${exit.worker.instance} die: ${finding.seen}`,
    look: isGiven(finding.look) ? (known?.look ?? { file: "relay.ts" }) : finding.look,
    hint: known?.hint ?? finding.hint,
    blocks: true,
  });
}

function isGiven(look: Finding["look"]): boolean {
  return look === undefined || GIVEN.includes(look.file);
}
