import { once } from "node:events";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { freePort, isFree, portFrom } from "./ports.ts";

const hasIPv6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === "::1");

const ADDRESSES = ["0.0.0.0", "127.0.0.1", ...(hasIPv6 ? ["::", "::1"] : [])];

/** Holds a port on one address, as another program would. */
async function hold(port: number, host: string): Promise<AsyncDisposable> {
  const server = createServer();
  server.listen({ port, host, exclusive: true });
  await once(server, "listening");
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}

describe("a port", () => {
  test("that is given is free, and not one that an outgoing connection may take", async () => {
    const port = await freePort();

    expect(await isFree(port)).toBe(true);
    expect(port).toBeLessThan(32_768);
  });

  test.each(ADDRESSES)("that somebody holds on %s is taken", async (host) => {
    const port = await freePort();
    await using _ = await hold(port, host);

    expect(await isFree(port)).toBe(false);
  });

  test("that was asked about is still free", async () => {
    const port = await freePort();
    await isFree(port);

    await using _ = await hold(port, "127.0.0.1");
  });

  test("that is wished for is given where it is free", async () => {
    const port = await freePort();

    expect(await portFrom(port)).toBe(port);
  });

  test("that is wished for and taken is replaced by one above it", async () => {
    const port = await freePort();
    await using _ = await hold(port, "127.0.0.1");

    const other = await portFrom(port);

    expect(other).toBeGreaterThan(port);
    expect(other).toBeLessThan(port + 100);
  });
});

test("a process is not given the same port again, though nobody listens on it yet", async () => {
  const ports: number[] = [];
  while (ports.length < 400) ports.push(await freePort());

  expect(new Set(ports).size).toBe(ports.length);
});
