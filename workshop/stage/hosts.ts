import { HOSTS } from "../catalog.ts";
import { Trace } from "../trace/collector.ts";
import { Output, type App, type Launch } from "./app.ts";
import { environmentOf } from "./ecosystem.ts";
import { exitsOf, startManagedApp, watchIfAllowed } from "./managed-app.ts";
import { prepareNginx, type Nginx } from "./nginx.ts";
import { readNginxConf } from "./nginx-conf.ts";
import type { Pm2, Worker } from "./pm2.ts";

/** One of the machines that an app runs on: it has a pm2 of its own, a port, and workers. */
export interface Host {
  /** `a`, `b` …; its workers find it in their environment as `HOST_NAME`. */
  name: string;
  port: number;
  /** Its address for nginx: `http://127.0.0.1:PORT` */
  url: string;
  pm2: Pm2;
  /** What runs there; while it is down, what ran there last. */
  readonly app: App;
  isUp: () => boolean;
  /**
   * Ends it as a machine ends that loses its power: pm2 and all workers are killed (SIGKILL). But the
   * system closes their connections, which a machine without power does not.
   */
  kill: () => Promise<void>;
  /** Switches it on again: a new pm2, and the app. Waits until it is up. */
  start: () => Promise<void>;
  /** Replaces its workers one after the other: `pm2 reload`. */
  reload: () => Promise<void>;
}

/** An app on several hosts, with nginx in front: its port and its URL are those of nginx. */
export interface HostsApp extends App {
  hosts: readonly Host[];
  nginx: Nginx;
}

/** The port is for nginx; each host has its own. */
export interface HostsLaunch extends Launch {
  /** The pm2 of each host, and where the app listens there. */
  on: readonly { pm2: Pm2 | Promise<Pm2>; port: number }[];
  /** Another text than that of the learner's nginx.conf. */
  conf?: string | undefined;
}

/**
 * Starts the learner's app on each host, and nginx in front of them, and waits until all are up. The
 * hosts share one Redis, whose watch is theirs, too.
 *
 * @throws NotYet when the learner's files or code do not get that far, with the reason.
 * @throws PortTaken when somebody else has a host's port.
 */
export async function startHosts(launch: HostsLaunch): Promise<HostsApp> {
  const { run, dir, name, port, redis, onTrace } = launch;
  const conf = launch.conf ?? readNginxConf(dir);
  const places = await Promise.all(
    launch.on.map(async (place) => ({ ...place, pm2: await place.pm2 })),
  );
  const trace = new Trace(...places.map(({ pm2 }) => exitsOf(pm2)));
  if (onTrace) trace.on("event", (event) => onTrace(event, trace));

  const ports = places.map((place) => place.port);
  await using prepared = await prepareNginx(run, {
    conf,
    port,
    hosts: ports,
    name: `${name}-nginx`,
  });
  const watch = redis && !launch.quiet && (await watchIfAllowed(redis, trace));
  const hosts = places.map((place, at) => new Machine(launch, place, nameAt(at), trace));
  const end = async () => {
    await Promise.all(hosts.map((host) => host[Symbol.asyncDispose]()));
    if (watch) await watch[Symbol.asyncDispose]();
  };
  let nginx: Nginx;
  try {
    await startAll(hosts, launch);
    // Not before they are up: of a host that does not answer it thinks ill for 10 s.
    nginx = await prepared.start();
  } catch (error) {
    await end();
    throw error;
  }
  return {
    dir,
    name,
    get port() {
      return nginx.port;
    },
    get url() {
      return nginx.url;
    },
    trace,
    workers: async () => (await Promise.all(hosts.map((host) => host.workers()))).flat(),
    get output() {
      const all = new Output();
      for (const { app } of hosts) {
        all.add("out", app.output.out);
        all.add("err", app.output.err);
      }
      return all;
    },
    hosts,
    nginx,
    async [Symbol.asyncDispose]() {
      await nginx[Symbol.asyncDispose]();
      await end();
    },
  };
}

function nameAt(at: number): string {
  const host = HOSTS[at];
  if (!host) throw new Error(`The catalogue has only ${HOSTS.length} hosts.`);
  return host.name;
}

/** Starts the app on all hosts at once. Where it fails on one, the others are not waited for. */
async function startAll(hosts: readonly Machine[], { signal, meanwhile }: Launch): Promise<void> {
  const abort = new AbortController();
  const either = AbortSignal.any([abort.signal, ...(signal ? [signal] : [])]);
  const starts = hosts.map((host) =>
    host.launch(either).catch((error: unknown) => {
      abort.abort(error);
      throw error;
    }),
  );
  meanwhile?.();
  await Promise.allSettled(starts);
  if (abort.signal.aborted) throw abort.signal.reason;
}

class Machine implements Host, AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly pm2: Pm2;
  readonly #launch: Launch;
  readonly #trace: Trace;
  #app: App | undefined;

  constructor(
    launch: Launch,
    { pm2, port }: { pm2: Pm2; port: number },
    name: string,
    trace: Trace,
  ) {
    this.name = name;
    this.port = port;
    this.pm2 = pm2;
    this.#launch = launch;
    this.#trace = trace;
  }

  get app(): App {
    if (this.#app) return this.#app;
    throw new Error(`The app on host ${this.name} is not up yet.`);
  }

  get url(): string {
    return this.app.url;
  }

  isUp(): boolean {
    return this.pm2.isThere();
  }

  async launch(signal?: AbortSignal): Promise<void> {
    const { run, dir, name, preload, env, quiet, detailed, redis, onOutput } = this.#launch;
    this.#app = await startManagedApp({
      run,
      dir,
      name,
      preload,
      quiet,
      detailed,
      signal,
      pm2: this.pm2,
      port: this.port,
      // Redis by its variables only: it is watched once, and not from each host.
      env: { ...env, ...(redis && environmentOf(redis)), HOST_NAME: this.name },
      onTrace: (event) => this.#trace.add(event),
      onOutput,
    });
  }

  async workers(): Promise<Worker[]> {
    if (!this.isUp()) return [];
    try {
      return await this.app.workers();
    } catch (error) {
      // It went down while it was asked.
      if (!this.isUp()) return [];
      throw error;
    }
  }

  async kill(): Promise<void> {
    await this.pm2.end();
    await this.#app?.[Symbol.asyncDispose]();
  }

  async start(): Promise<void> {
    if (this.isUp()) return;
    await this.pm2.reset(this.#launch.run.env);
    await this.launch();
  }

  async reload(): Promise<void> {
    await this.pm2.reload(this.app.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app?.[Symbol.asyncDispose]();
  }
}
