/** A request that nginx has answered. A WebSocket is one, too: it is answered when it has ended. */
export interface AccessEntry {
  /** When it arrived, in ms since the epoch. */
  at: number;
  /** Until the end of the answer, in ms. */
  ms: number;
  method: string;
  /** With its query. */
  uri: string;
  /** True for a request that asks to become a WebSocket. */
  upgrade: boolean;
  status: number;
  /** The client's address as nginx knows it. */
  from: string;
  /** Whom it has asked, one after the other: the port, and the status that came back. */
  asked: { port: number; status: number }[];
  /** nginx's number of the client's connection. */
  connection: number;
}

/** The directive that makes nginx write what `entriesOf` reads. */
export const LOG_FORMAT = `log_format workshop escape=json '{"end":$msec,"seconds":$request_time,\
"method":"$request_method","uri":"$request_uri","upgrade":"$http_upgrade","status":"$status",\
"from":"$remote_addr","asked":"$upstream_addr","answers":"$upstream_status",\
"connection":$connection}';`;

/** The entries of a log in that format. What is still being written is left out. */
export function entriesOf(log: string): AccessEntry[] {
  return log.split("\n").slice(0, -1).map(entryOf);
}

function entryOf(line: string): AccessEntry {
  const entry: Record<string, string | number> = JSON.parse(line);
  const ms = Number(entry.seconds) * 1000;
  const answers = listOf(entry.answers);
  return {
    at: Number(entry.end) * 1000 - ms,
    ms,
    method: String(entry.method),
    uri: String(entry.uri),
    upgrade: /^websocket$/i.test(String(entry.upgrade)),
    status: Number(entry.status),
    from: String(entry.from),
    // When no server of a group is to be asked, the name of the group stands there, without a port.
    asked: listOf(entry.asked).flatMap((address, at) => {
      const port = Number(/:(\d+)$/.exec(address)?.[1] ?? 0);
      return port ? [{ port, status: Number(answers[at]) || 0 }] : [];
    }),
    connection: Number(entry.connection),
  };
}

/** `127.0.0.1:3001, 127.0.0.1:3002`; after an internal redirect there is a colon between two. */
function listOf(value: string | number | undefined): string[] {
  return String(value ?? "")
    .split(/, | : /)
    .filter(Boolean);
}
