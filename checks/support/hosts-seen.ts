import type { Step } from "../../workshop/catalog.ts";
import { HOSTS, NGINX_CONF } from "../../workshop/catalog.ts";
import type { Finding } from "../../workshop/problems.ts";
import type { Host } from "../../workshop/stage/hosts.ts";
import type { Nginx } from "../../workshop/stage/nginx.ts";
import { directives } from "../../workshop/stage/nginx-conf.ts";
import type { AccessEntry } from "../../workshop/stage/nginx-log.ts";
import { describeWorkers } from "./describe.ts";
import { must } from "./must.ts";
import { openThrough } from "./passage.ts";

/** Where each piece is written. */
export const onUpstream = { file: NGINX_CONF, todo: "9.1" };
export const onUpgrade = { file: NGINX_CONF, todo: "9.2" };
export const onAddress = { file: NGINX_CONF, todo: "9.3" };
export const onTimeouts = { file: NGINX_CONF, todo: "9.4" };
export const onFailover = { file: NGINX_CONF, todo: "9.5" };
export const onAdapter = { file: "server.ts", todo: "9.6" };

/** The least share of the sessions that each host must get. */
const SHARE = 1 / 8;

/** Each host must have a cluster of as many workers as the step says. @throws NotYet */
export async function requireClusters(hosts: readonly Host[], step: Step): Promise<void> {
  for (const { name, app } of hosts) {
    const workers = await app.workers();
    const inCluster = workers.filter(({ mode, state }) => mode === "cluster" && state === "online");
    must(inCluster.length === step.workers && workers.length === step.workers, {
      expected: `${step.workers} workers online in cluster mode on host ${name}`,
      seen: describeWorkers(workers),
      look: { file: "ecosystem.config.cjs" },
    });
  }
}

/** Opens sessions one by one, of which each host must get its part. Gives them. @throws NotYet */
export async function mustShareOut(
  { nginx, hosts, conf }: { nginx: Nginx; hosts: readonly Host[]; conf: string },
  count: number,
): Promise<string> {
  const got = new Map(hosts.map(({ name }) => [name, 0]));
  for (let at = 0; at < count; at += 1) {
    const { entry } = await openThrough(nginx);
    const host = answeredBy(entry, hosts);
    if (host) got.set(host, (got.get(host) ?? 0) + 1);
  }
  const told = [...got].map(([name, number]) => `${number} on host ${name}`).join(", ");
  must(
    [...got.values()].every((number) => number >= count * SHARE),
    {
      expected: `${count} clients to be shared out among ${hosts.length} hosts`,
      seen: told,
      look: onUpstream,
      ...whyOneHost(nginx, hosts, conf),
    },
  );
  return `${count} sessions: ${told}`;
}

/** The host that has given the answer that the client got. */
export function answeredBy({ asked }: AccessEntry, hosts: readonly Host[]): string | undefined {
  const port = asked.at(-1)?.port;
  return hosts.find((host) => host.port === port)?.name;
}

/** Why nginx does not ask both, as far as its file and its log tell. */
function whyOneHost(
  nginx: Nginx,
  hosts: readonly Host[],
  conf: string,
): Pick<Finding, "seen"> | Pick<Finding, "hint"> {
  const all = [...directives(conf)];
  const byAddress = all.find(
    ({ name, argument }) =>
      name === "ip_hash" || (name === "hash" && /remote_addr|forwarded/.test(argument)),
  );
  if (byAddress) {
    const what = byAddress.name === "ip_hash" ? "ip_hash" : `hash ${byAddress.argument}`;
    return {
      hint: `${what} chooses the host by the client's address, and all of these come from one, as all do who sit behind one NAT or one proxy: they collapse on one host. ${byAddress.name === "ip_hash" ? "It looks at the first three numbers of it only. " : ""}Sessions need no host of their own here: any worker on any host answers for any session.`,
    };
  }
  const other = all.find(({ name }) => name === "hash");
  if (other) {
    return {
      hint: `hash ${other.argument} chooses the host by that, and it is the same for all of these: a request that opens a session has no sid yet, and no cookie.`,
    };
  }
  const target = all.find(({ name }) => name === "proxy_pass")?.argument ?? "";
  const named = HOSTS.find(({ port }) => target.includes(`:${port}`));
  if (named) {
    return {
      hint: `proxy_pass ${target} names host ${named.name} itself. It may name the upstream: http://chat`,
    };
  }
  const servers = all.filter(({ name }) => name === "server").map(({ argument }) => argument);
  const missing = HOSTS.find(({ port }) => !servers.some((one) => one.endsWith(`:${port}`)));
  if (missing) {
    return {
      hint: `Host ${missing.name} is at 127.0.0.1:${missing.port}, and no server of the upstream names it.`,
    };
  }
  const failed = nginx
    .accessLog()
    .flatMap(({ asked }) => asked)
    .find(({ status }) => status === 0 || status >= 500);
  const who = hosts.find(({ port }) => port === failed?.port);
  return {
    hint: who
      ? `nginx has asked host ${who.name}, too, and got ${failed?.status || "no answer"}.`
      : "nginx has never asked the other one. weight, backup and down say who is asked how often.",
  };
}
