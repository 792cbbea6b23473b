import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { OutputLine, SessionView, WorkerView } from "../../protocol.ts";
import { ask } from "../ask.ts";
import type { PlaceProps } from "../frame.tsx";
import { LostConnection } from "../lost.tsx";
import { Button } from "../parts/button.tsx";
import { megabytes, uptime } from "../parts/format.ts";
import { hueOf } from "../parts/traced.tsx";
import { Stepper } from "./app.tsx";

const MOST_WORKERS = 8;

/** The processes of the app, and what can be done to them. */
export function WorkersView({ bench, step, session }: PlaceProps) {
  const { workers } = bench;
  if (!session) return <p class="empty">Start step {step.number}: its workers stand here.</p>;
  return (
    <div class="workers">
      <Controls bench={bench} step={step} session={session} />
      {session.app.failure && (
        <p class="failure" role="alert">
          {session.app.failure}
        </p>
      )}
      {workers.length === 0 ? (
        <p class="empty">{session.app.failure ? "No worker runs." : "The app is being started."}</p>
      ) : (
        <>
          <ul class="cards" aria-label="Workers">
            {workers.map((worker) => (
              <Card key={worker.name} worker={worker} bench={bench} step={step} />
            ))}
          </ul>
          <p class="quiet about-requests">
            Requests are HTTP, and a WebSocket is one of them: the messages on it are not counted.
          </p>
        </>
      )}
      <Output lines={bench.lines} />
    </div>
  );
}

function Controls({
  bench,
  step,
  session,
}: Pick<PlaceProps, "bench" | "step"> & { session: SessionView }) {
  const { socket, workers, say } = bench;
  const onProblem = (text: string) => say(text, "bad");
  const { number } = step;
  const isPm2 = step.runs === "pm2";
  const isLost = useContext(LostConnection) !== undefined;
  const isUp = session.app.isUp;
  const [chosen, choose] = useState<string>();
  const hosts = [...new Set(workers.map(({ host }) => host))].filter((host) => host !== undefined);
  // It may be gone for a while, with all of its workers.
  const host = chosen !== undefined && hosts.includes(chosen) ? chosen : undefined;
  const meant = workers.filter((worker) => host === undefined || worker.host === host);
  const count = Math.round(meant.length / (host === undefined ? step.hosts : 1));
  const reload = () =>
    ask(socket, () => socket.emitWithAck("worker", number, { do: "reload", host }));
  const { wanted, scale } = useScale(bench, number);
  const { redis } = session;
  const toggleRedis = () =>
    ask(socket, () => socket.emitWithAck("redis", number, redis?.isUp ? "down" : "up"));
  return (
    <div class="row controls" role="group" aria-label="What pm2 does">
      {isPm2 && (
        <>
          {hosts.length > 1 && (
            <label class="choice">
              <span>On</span>
              <select
                value={host ?? ""}
                disabled={wanted !== undefined}
                onChange={({ currentTarget }) => choose(currentTarget.value || undefined)}
              >
                <option value="">all hosts</option>
                {hosts.map((name) => (
                  <option key={name} value={name}>
                    host {name}
                  </option>
                ))}
              </select>
            </label>
          )}
          <Button icon="again" act={reload} onProblem={onProblem} disabled={!isUp}>
            Reload
          </Button>
          <Stepper
            name={step.hosts > 1 && host === undefined ? "Workers on each host" : "Workers"}
            value={wanted ?? count}
            from={1}
            to={MOST_WORKERS}
            disabled={!isUp || count === 0 || isLost}
            onChange={(to) => void scale(to, host)}
            note={wanted === undefined ? undefined : `${count} so far`}
          />
        </>
      )}
      {!isPm2 && <p class="quiet">One plain process: nobody starts it again when it ends.</p>}
      {redis && (
        <div class={`redis ${redis.isUp ? "up" : "down"}`}>
          <span class={`light ${redis.isUp ? "on" : "bad"}`} aria-hidden="true" />
          <span data-testid="redis">
            Redis {redis.isUp ? "is up" : "is down"}
            <small>{redis.about}</small>
          </span>
          {redis.isOwn && (
            <Button look={redis.isUp ? "danger" : "main"} act={toggleRedis} onProblem={onProblem}>
              {redis.isUp ? "Kill Redis" : "Start Redis"}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

/**
 * Scales a step's app. What is wanted stands there from the first press on, so that a second one
 * counts from it, until the server has done all that was asked.
 */
function useScale({ socket, say }: PlaceProps["bench"], step: number) {
  const [wanted, setWanted] = useState<number>();
  const asked = useRef(0);
  const scale = async (to: number, host: string | undefined) => {
    const turn = (asked.current += 1);
    setWanted(to);
    try {
      await ask(socket, () => socket.emitWithAck("worker", step, { do: "scale", to, host }));
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), "bad");
    } finally {
      if (turn === asked.current) setWanted(undefined);
    }
  };
  return { wanted, scale };
}

function Card({
  worker,
  bench,
  step,
}: Pick<PlaceProps, "bench" | "step"> & { worker: WorkerView }) {
  const { socket, say } = bench;
  const { name, instance, host, pid, state, restarts, cpu, memory, clients, rate } = worker;
  const isThere = state === "online";
  const kill = () =>
    ask(socket, () => socket.emitWithAck("worker", step.number, { do: "kill", pid }));
  const perSecond = rate.at(-2) ?? 0;
  return (
    <li class="card" data-hue={hueOf(instance, host)} data-testid="worker" data-state={state}>
      <div class="card-head">
        <h3>{name}</h3>
        <span class={`state ${isThere ? "online" : "other"}`}>{state}</span>
      </div>
      <dl class="facts">
        <Fact name="pid" value={pid ? String(pid) : "–"} />
        <Fact name="up for" value={<Uptime since={worker.startedAt} />} />
        <Fact name="restarts" value={String(restarts)} />
        <Fact name="clients" value={String(clients)} />
        <Fact name="HTTP requests/s" value={String(perSecond)} />
        <Fact name="memory" value={megabytes(memory)} />
        <Fact name="CPU" value={`${Math.round(cpu)} %`} />
      </dl>
      <Spark rate={rate} />
      <Button
        icon="bolt"
        look="danger"
        act={kill}
        onProblem={(text) => say(text, "bad")}
        disabled={!pid}
        label={`Kill ${name}, kill -9`}
      >
        kill -9
      </Button>
    </li>
  );
}

function Fact({ name, value }: { name: string; value: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Uptime({ since }: { since: number | undefined }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return <>{since === undefined ? "–" : uptime(now - since)}</>;
}

/** Requests in each of the last 30 seconds. The number stands above it. */
function Spark({ rate }: { rate: readonly number[] }) {
  const most = Math.max(5, ...rate);
  const width = 100 / rate.length;
  return (
    <svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
      {rate.map((count, at) => {
        const height = (count / most) * 22;
        return (
          <rect
            key={at}
            x={at * width + 0.4}
            y={24 - Math.max(height, 0.6)}
            width={width - 0.8}
            height={Math.max(height, 0.6)}
          />
        );
      })}
    </svg>
  );
}

/** What the app prints, newest last; it stays at the end while nobody scrolls. */
function Output({ lines }: { lines: readonly OutputLine[] }) {
  const log = useRef<HTMLPreElement>(null);
  const [follows, setFollows] = useState(true);
  useEffect(() => {
    if (follows && log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [lines, follows]);
  const onScroll = () => {
    const it = log.current;
    if (it) setFollows(it.scrollHeight - it.scrollTop - it.clientHeight < 24);
  };
  return (
    <section class="output">
      <h3>What it prints</h3>
      <pre ref={log} onScroll={onScroll} tabIndex={0} role="log" aria-label="What the app prints">
        {lines.length ? lines.map(({ text }) => text).join("\n") : "Nothing yet."}
      </pre>
    </section>
  );
}
