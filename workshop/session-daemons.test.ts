import { beforeEach, expect, test, vi } from "vitest";
import { MachineProblem } from "./problems.ts";
import { daemonsIn } from "./session-daemons.ts";
import { endDaemon, startDaemon } from "./stage/daemon.ts";
import { connectPm2, type Pm2 } from "./stage/pm2.ts";
import { connectRemotePm2 } from "./stage/remote-pm2.ts";
import type { Run } from "./stage/run.ts";

vi.mock("./stage/daemon.ts", () => ({
  startDaemon: vi.fn(async (_: Run, name: string) => `/run/${name}`),
  endDaemon: vi.fn(async () => {}),
}));
vi.mock("./stage/pm2.ts", () => ({ connectPm2: vi.fn(pm2At) }));
vi.mock("./stage/remote-pm2.ts", () => ({ connectRemotePm2: vi.fn(pm2At) }));

async function pm2At(home: string): Promise<Pick<Pm2, "home"> & AsyncDisposable> {
  return { home, [Symbol.asyncDispose]: async () => {} };
}

const run: Run = { folder: "/run", env: {}, own() {}, async [Symbol.asyncDispose]() {} };
const onTwoHosts = { runs: "pm2", hosts: 2 } as const;
const full = new MachineProblem(
  "pm2 could not start its daemon: the disk is full",
  "npm run doctor",
);

beforeEach(() => vi.clearAllMocks());

test("what runs for one step is used again for the next", async () => {
  await using daemons = daemonsIn(run);

  const [first] = await daemons.of({ runs: "pm2", hosts: 1 });
  const homes = (await daemons.of(onTwoHosts)).map(({ home }) => home);

  expect(homes).toEqual(["/run/pm2", "/run/pm2-b"]);
  expect((await daemons.of(onTwoHosts))[0]).toBe(first);
  expect(startDaemon).toHaveBeenCalledTimes(2);
});

test("a step without pm2 needs none", async () => {
  await using daemons = daemonsIn(run);

  expect(await daemons.of({ runs: "node", hosts: 1 })).toEqual([]);
  expect(startDaemon).not.toHaveBeenCalled();
});

test("what could not be started is tried again by whoever asks again, and nothing else is", async () => {
  await using daemons = daemonsIn(run);
  vi.mocked(startDaemon)
    .mockImplementationOnce(async () => "/run/pm2")
    .mockRejectedValueOnce(full);

  await expect(daemons.of(onTwoHosts)).rejects.toBe(full);
  const homes = (await daemons.of(onTwoHosts)).map(({ home }) => home);

  expect(homes).toEqual(["/run/pm2", "/run/pm2-b"]);
  expect(vi.mocked(startDaemon).mock.calls.map(([, name]) => name)).toEqual([
    "pm2",
    "pm2-b",
    "pm2-b",
  ]);
});

test.each([
  ["pm2", connectPm2],
  ["pm2-b", connectRemotePm2],
])("the daemon %s to which nobody can connect is ended", async (name, connect) => {
  await using daemons = daemonsIn(run);
  vi.mocked(connect).mockRejectedValueOnce(full);

  await expect(daemons.of(onTwoHosts)).rejects.toBe(full);

  expect(endDaemon).toHaveBeenCalledExactlyOnceWith(`/run/${name}`);
});
