import { availableParallelism, totalmem } from "node:os";
import { tell } from "./mend.ts";
import type { Exam } from "./probe.ts";

/** The operating system. */
export const machine: Exam = {
  name: "System",
  required: false,
  async look({ platform, distro, kernel }) {
    const name = distro?.name ?? { darwin: "macOS", win32: "Windows" }[String(platform)];
    const lines = [`${name ?? platform}, ${process.arch}, kernel ${kernel}`, power()];
    if (platform !== "win32") return { state: "ok", detail: lines.join("\n") };
    return {
      state: "note",
      detail: [...lines, "pm2 clusters and nginx are supported inside WSL2 only."].join("\n"),
      mends: [tell("wsl --install, then clone and work in there")],
    };
  },
};

/** `2 cores, 23.5 GB of memory, 22.9 GB of it free`: what this process may use of them. */
function power(): string {
  const cores = availableParallelism();
  // In a container the limit is smaller than the machine; where there is none it is 0 or absurd.
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  const free = Math.min(process.availableMemory(), memory);
  return `${cores} ${cores === 1 ? "core" : "cores"}, ${gigabytes(memory)} of memory, ${gigabytes(free)} of it free`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GB`;
}
