import { stripVTControlCharacters } from "node:util";
import type { Page } from "playwright";
import { expect, inject, test as base } from "vitest";
import type { Step } from "../../workshop/catalog.ts";
import { FAULT } from "../../workshop/check/fault.ts";
import { Inconclusive, MachineProblem, NotYet, type Finding } from "../../workshop/problems.ts";
import type { App } from "../../workshop/stage/app.ts";
import type { Host } from "../../workshop/stage/hosts.ts";
import type { Nginx } from "../../workshop/stage/nginx.ts";
import type { Pm2 } from "../../workshop/stage/pm2.ts";
import type { PrivateRedis } from "../../workshop/stage/redis.ts";
import { cancellable, eventually } from "../../workshop/stage/until.ts";
import type { TracedRequest } from "../../workshop/trace/events.ts";
import { line } from "../../workshop/trace/line.ts";
import { Clients } from "./clients.ts";
import { layGround, type Ground, type Variation } from "./ground.ts";
import { Pages } from "./pages.ts";
import { Death, findDeath, findHang } from "./vitals.ts";

/** How long a process may take to be gone after its connections are cut, in ms. */
const GONE_WITHIN = 1_000;

/** What every check gets. */
export interface Scene {
  step: Step;
  /** The folder of the code under test. */
  dir: string;
  /** The app under test, started once for all checks of its file. */
  app: App;
  /** Node clients of the app; all closed when the check ends. */
  clients: Clients;
  /** Pages of the app in a real browser; all closed when the check ends. */
  pages: Pages;
  /**
   * Two pages of the app under test that the checks of a file share, since to open them takes longest.
   * After a check that has failed there are two new ones.
   */
  twoPages: () => Promise<readonly [Page, Page]>;
  /** pm2 itself, for what a check does to an app. Steps without pm2 never ask for it. */
  pm2: () => Promise<Pm2>;
  /** The app's own Redis. @throws in steps without one: that is a bug of the check. */
  redis: PrivateRedis;
  /** The hosts that the app runs on. @throws in steps on one host. */
  hosts: readonly Host[];
  /** The nginx in front of them. @throws in steps without one. */
  nginx: Nginx;
  /**
   * Starts a further app of the same code, with a Redis of its own where the step has one, for checks
   * that break it; it ends with the check.
   */
  launch: (how?: Variation) => Promise<FurtherApp>;
  /** Prepares a further app for a check that starts it in its own way; it ends with the check. */
  stageIt: Ground["stageIt"];
  /** Adds lines to what the verdict shows of this check, also when it passes. */
  show: (...evidence: (string | TracedRequest)[]) => void;
}

/** A further app, with its own Redis, hosts, clients and pages. */
export type FurtherApp = Pick<Scene, "app" | "redis" | "hosts" | "nginx" | "clients" | "pages">;

export interface CheckOptions {
  /** Where the learner should look when it fails, unless the failure knows better. */
  look?: Finding["look"];
  /** What to say when the failure has no hint of its own. */
  hint?: string;
  /** What to say when the app has died of it, by what it printed. */
  hintOfDeath?: (seen: string) => string;
  /** True when the later checks of the file can say nothing while this one fails. */
  blocks?: boolean;
  /**
   * True when it breaks something on purpose, in an app of its own: such checks take their time, and
   * come last in their file, so that the others need not wait for them.
   */
  fault?: boolean;
}

const test = base.extend<{ $file: { ground: Ground } }>({
  ground: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the wanted fixtures off this pattern
    async ({}, use) => {
      await using ground = await layGround(expect.getState().testPath ?? "");
      await use(ground);
    },
    { scope: "file" },
  ],
});

/**
 * Declares one check of a step. Its title says what must hold; its failure is a `NotYet` that says
 * what was seen, and `options` adds where to look and a hint where the failure has none.
 */
export function check(
  title: string,
  options: CheckOptions,
  body: (scene: Scene) => Promise<void>,
): void {
  const isLeftOut = options.fault && inject("target")?.withoutFaults;
  test(
    title,
    { tags: options.fault ? [FAULT] : [], skip: isLeftOut },
    async ({ ground, task, signal }) => {
      if (ground.blockedBy) throw ground.blockedBy;
      const evidence: string[] = [];
      Object.assign(task.meta, { evidence });
      try {
        await cancellable(signal, () => play(ground, evidence, body));
      } catch (thrown) {
        await ground.twoPages.close();
        const death = thrown instanceof Hang ? thrown.found : await diagnose(ground, thrown);
        const error = death ?? asFinding(thrown);
        if (!(error instanceof NotYet)) throw error;
        // Of what an app died, the check that it died under knows nothing else.
        const hint = options.hintOfDeath?.(error.finding.seen);
        const notYet = completed(error.finding, death ? (hint ? { hint } : {}) : options);
        if (notYet.finding.blocks) ground.blockedBy = notYet;
        throw notYet;
      }
    },
  );
}

/** Starts what the check needs, runs it, and closes what it has opened. */
async function play(
  ground: Ground,
  evidence: string[],
  body: (scene: Scene) => Promise<void>,
): Promise<void> {
  const up = await ground.app();
  const { app } = up;
  await using clients = new Clients(app.url);
  await using pages = new Pages(app.url, ground.pages);
  await using further = new Further();
  const launched: App[] = [];
  const scene: Scene = {
    step: ground.step,
    dir: ground.dir,
    app,
    clients,
    pages,
    get redis() {
      return required(up.redis, "Redis");
    },
    get hosts() {
      return required(up.hosts, "hosts");
    },
    get nginx() {
      return required(up.nginx, "nginx");
    },
    twoPages: () => ground.twoPages.open(app.url, ground.pages),
    pm2: ground.pm2,
    async launch(how) {
      const another = further.add(await ground.launch(how));
      launched.push(another.app);
      return {
        app: another.app,
        get redis() {
          return required(another.redis, "Redis");
        },
        get hosts() {
          return required(another.hosts, "hosts");
        },
        get nginx() {
          return required(another.nginx, "nginx");
        },
        clients: further.add(new Clients(another.app.url)),
        pages: further.add(new Pages(another.app.url, ground.pages)),
      };
    },
    stageIt: async (what) => further.add(await ground.stageIt(what)),
    show: (...items) => {
      evidence.push(
        ...items.map((item) => (typeof item === "string" ? item : line(item, app.trace))),
      );
    },
  };
  try {
    await body(scene);
  } catch (error) {
    if (error instanceof Death) throw error;
    // A process that dies cuts its connections a moment before it is gone.
    const isDead = async () => (await findDeath(app, up.vitals)) !== undefined;
    if (clients.hasLost) await eventually(isDead, Boolean, GONE_WITHIN);
    // Only while they are still there can the apps that it has launched be asked.
    for (const another of launched) {
      const found = await findHang(another);
      if (found) throw new Hang(found);
    }
    throw error;
  }
}

function required<T>(service: T | undefined, name: string): T {
  if (service !== undefined) return service;
  throw new Error(`The catalogue gives this step no ${name}.`);
}

/** Behind a failure stands an app that the check has launched, and that hangs. */
class Hang extends Error {
  readonly found: NotYet;

  constructor(found: NotYet) {
    super(found.message);
    this.found = found;
  }
}

/** What lies behind a failure, when that is an app that died or hangs. */
async function diagnose(ground: Ground, thrown: unknown): Promise<NotYet | undefined> {
  if (thrown instanceof MachineProblem || thrown instanceof Inconclusive) return undefined;
  if (thrown instanceof Death) return undefined;
  const up = await ground.app().catch(() => undefined);
  return up && (await findDeath(up.app, up.vitals));
}

/** A page that could not be used is a finding, too; a browser that is gone is none. */
function asFinding(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !isPlaywrights(thrown)) return thrown;
  return /has been closed|crashed|disconnected|ECONNREFUSED.*ws:/i.test(thrown.message)
    ? new Inconclusive("the browser has ended in the middle of the check")
    : pageFailed(thrown);
}

/** Playwright's errors begin with the method that failed: `page.goto: net::ERR_…`. */
function isPlaywrights(error: Error): boolean {
  return /^(page|locator|browser|browserType|browserContext|frame)\.\w+: /.test(error.message);
}

function pageFailed({ message }: Error): NotYet {
  const [first = ""] = stripVTControlCharacters(message).split("\n");
  return new NotYet({
    expected: "the page to load and to be usable",
    seen: first.replace(/^[\w.]+: /, ""),
  });
}

/** A finding knows best where to look; what it leaves open, the check adds. */
function completed(finding: Finding, options: CheckOptions): NotYet {
  const { look = options.look } = finding;
  const isSameFile = look?.file === options.look?.file;
  const todo = look?.line || !isSameFile ? look?.todo : (look?.todo ?? options.look?.todo);
  return new NotYet({
    ...finding,
    look: look && { ...look, ...(todo ? { todo } : {}) },
    hint: finding.hint ?? options.hint,
    blocks: finding.blocks ?? options.blocks,
  });
}

/** What a check has opened beside the app under test; the last goes first. */
class Further implements AsyncDisposable {
  readonly #opened: AsyncDisposable[] = [];

  add<T extends AsyncDisposable>(resource: T): T {
    this.#opened.unshift(resource);
    return resource;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const resource of this.#opened) await resource[Symbol.asyncDispose]();
  }
}
