import type { WorkerId } from "../../trace/events.ts";
import { nameOf } from "../../trace/line.ts";
import type { LensEvent, LensStep } from "./messages.ts";

/** As many as the chat page has colours for; its workers and these have the same. */
const HUES = 8;

/** A row of the picture: a worker's place in the cluster, whoever fills it, or Redis. */
export interface Lane {
  id: string;
  kind: "worker" | "redis";
  /** `worker 1`, `host b, worker 1`, `Redis`. */
  name: string;
  /** `1`, `R`. */
  mark: string;
  host?: string | undefined;
  /** Index of its colour; Redis has none. */
  hue?: number | undefined;
}

export const REDIS_LANE: Lane = { id: "redis", kind: "redis", name: "Redis", mark: "R" };

/** A worker that dies and comes back is another process in the same lane. */
export function laneIdOf({ host, instance }: Pick<WorkerId, "host" | "instance">): string {
  return host ? `${host}${instance}` : `w${instance}`;
}

/** The colour that the chat page gives to this worker. */
export function hueOf({ host, instance }: Pick<WorkerId, "host" | "instance">): number {
  const before = host ? (host.charCodeAt(0) * HUES) / 2 : 0;
  return (before + instance) % HUES;
}

/**
 * The lanes from top to bottom: those that the step will have, and any other worker that has been
 * heard of. Redis lies in the middle, since everything that goes through it goes up or down.
 */
export function lanesOf(step: LensStep | undefined, workers: Iterable<WorkerId>): Lane[] {
  const found = new Map<string, Lane>();
  const add = (worker: Pick<WorkerId, "host" | "instance">) => {
    const id = laneIdOf(worker);
    if (!found.has(id)) found.set(id, laneOf(worker, id));
  };
  for (const worker of expected(step)) add(worker);
  for (const worker of workers) add(worker);
  const lanes = [...found.values()].toSorted((one, other) => compare(one, other));
  if (!step?.services.includes("redis")) return lanes;
  const middle = Math.ceil(lanes.length / 2);
  return [...lanes.slice(0, middle), REDIS_LANE, ...lanes.slice(middle)];
}

function laneOf(worker: Pick<WorkerId, "host" | "instance">, id: string): Lane {
  const mark = String(worker.instance);
  return {
    id,
    kind: "worker",
    name: nameOf(worker),
    mark,
    host: worker.host,
    hue: hueOf(worker),
  };
}

function expected(step: LensStep | undefined): Pick<WorkerId, "host" | "instance">[] {
  if (!step) return [];
  const hosts =
    step.hosts > 1
      ? Array.from({ length: step.hosts }, (_, at) => String.fromCharCode(97 + at))
      : [undefined];
  return hosts.flatMap((host) =>
    Array.from({ length: step.workers }, (_, instance) => ({ host, instance })),
  );
}

function compare(one: Lane, other: Lane): number {
  const byHost = (one.host ?? "").localeCompare(other.host ?? "");
  return byHost || Number(one.mark) - Number(other.mark);
}

/** The worker that an event is about; undefined for what is about none, or a stranger's. */
export function workerOf({ event }: LensEvent): WorkerId | undefined {
  return "worker" in event ? event.worker : undefined;
}
