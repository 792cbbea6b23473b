import { request, type Agent, type ClientRequest } from "node:http";
import { PRELOAD } from "../stage/ecosystem.ts";
import { until } from "../stage/until.ts";
import { Trace } from "../trace/collector.ts";
import { isReport, type TraceEvent } from "../trace/events.ts";
import { runScript, type Script } from "./script.ts";

/** A real Socket.IO server in a process of its own, with the trace's preload in it. */
export interface TracedServer extends AsyncDisposable {
  script: Script;
  url: string;
  trace: Trace;
  /** Waits until the worker has reported an event that satisfies `holds`, and gives it. */
  reports: <T extends TraceEvent>(
    what: string,
    holds: (event: TraceEvent) => event is T,
  ) => Promise<T>;
}

export interface TracedServerOptions {
  /** Code that is run beside the server's own; `http` and `io` are there. */
  code?: string;
  env?: NodeJS.ProcessEnv;
}

/** Starts it and waits until it listens. */
export async function startTracedServer({
  code = "",
  env = {},
}: TracedServerOptions = {}): Promise<TracedServer> {
  const script = runScript(
    `
      import { createServer } from "node:http";
      import { Server } from "socket.io";
      const http = createServer((request, response) => response.end("hello"));
      const io = new Server(http);
      http.listen(0, "127.0.0.1", () => process.send("ready"));
      ${code}
    `,
    { imports: [PRELOAD], env },
  );
  const trace = new Trace(env.WORKSHOP_EXITS ?? "");
  script.child.on("message", (message: unknown) => {
    if (isReport(message)) trace.add(message.data);
  });
  const reports: TracedServer["reports"] = async (what, holds) => {
    const found = await until(
      () => trace.events.find(holds),
      (event) => event !== undefined,
      {
        within: 10_000,
        otherwise: () =>
          new Error(
            `No report of ${what}, only ${JSON.stringify(trace.events)}. ${script.errors()}`,
          ),
      },
    );
    if (found === undefined) throw new Error("unreachable: until() gives what holds");
    return found;
  };
  try {
    const { port } = await reports("a port", (event) => event.kind === "listening");
    return {
      script,
      url: `http://127.0.0.1:${port}`,
      trace,
      reports,
      [Symbol.asyncDispose]: () => script[Symbol.asyncDispose](),
    };
  } catch (error) {
    await script[Symbol.asyncDispose]();
    throw error;
  }
}

export interface Ask {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  agent?: Agent | false;
}

/** Sends one request by hand, on a connection of its own unless an agent is given. */
export async function ask(
  url: string,
  { method = "GET", headers = {}, body, agent = false }: Ask = {},
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent });
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    outgoing.end(body);
  });
}

/** Sends a request whose answer nobody waits for, so that it can be given up. */
export function askAndLeave(url: string): ClientRequest {
  const outgoing = request(url, { agent: false });
  outgoing.on("error", () => {});
  outgoing.end();
  return outgoing;
}
