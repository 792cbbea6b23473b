import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** As it stands in the system's table: a socket that takes connections. */
const LISTEN = "0A";

/** The TCP ports on which a process takes connections; none where the system does not tell. */
export function portsOf(pid: number): number[] {
  try {
    return process.platform === "linux" ? byProc(pid) : byLsof(pid);
  } catch {
    return [];
  }
}

function byProc(pid: number): number[] {
  const ports = new Map(
    ["tcp", "tcp6"].flatMap((table) =>
      readFileSync(`/proc/${pid}/net/${table}`, "latin1")
        .trim()
        .split("\n")
        .slice(1)
        .flatMap((row) => {
          const fields = row.trim().split(/\s+/);
          const [, address = "", , state] = fields;
          const port = Number.parseInt(address.split(":").at(-1) ?? "", 16);
          const entry: [string, number] = [`socket:[${fields[9]}]`, port];
          return state === LISTEN ? [entry] : [];
        }),
    ),
  );
  const open = readdirSync(`/proc/${pid}/fd`).map((fd) => targetOf(`/proc/${pid}/fd/${fd}`));
  return sorted(open.flatMap((target) => ports.get(target) ?? []));
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    // Closed meanwhile.
    return "";
  }
}

function byLsof(pid: number): number[] {
  const table = execFileSync(
    "lsof",
    ["-nP", "-a", "-p", String(pid), "-iTCP", "-sTCP:LISTEN", "-Fn"],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  return sorted([...table.matchAll(/^n.*:(\d+)$/gm)].map(([, port]) => Number(port)));
}

function sorted(ports: readonly number[]): number[] {
  return [...new Set(ports)].sort((a, b) => a - b);
}
