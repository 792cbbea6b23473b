import { expect, test } from "vitest";
import type { Step } from "./catalog.ts";
import { LearnersApp } from "./learners-app.ts";
import { openDaemons } from "./session-daemons.ts";
import { freePort } from "./stage/ports.ts";
import { openRun } from "./stage/run.ts";
import { until } from "./stage/until.ts";
import { makeFolder } from "./testing/folder.ts";
import { helloApp } from "./testing/hello-app.ts";
import { ask } from "./testing/traced-server.ts";

const step: Step = {
  number: 3,
  slug: "03-hello",
  title: "Hello",
  about: "",
  edit: [],
  whole: [],
  brings: [],
  runs: "pm2",
  workers: 2,
  hosts: 1,
  services: [],
  drops: [],
};

// One test for the file: a process talks to one pm2 home directly.
test("whoever starts an app is told when pm2's daemon ends meanwhile, and the next start has a new one", async () => {
  using folder = makeFolder({ ...helloApp, "server.cjs": "setInterval(() => {}, 1000);" });
  await using run = await openRun();
  await using daemons = await openDaemons(run, step);
  const [pm2] = daemons.pm2s;
  if (!pm2) throw new Error("unreachable: the step runs on one host");
  const said: string[] = [];
  await using app = new LearnersApp({
    step,
    dir: folder.path,
    run,
    port: await freePort(),
    pm2s: daemons.pm2s,
    redis: undefined,
    tell: {
      said: (text) => said.push(text),
      workers: () => {},
      traced: () => {},
      printed: () => {},
      changed: () => {},
    },
    onUrl: () => {},
  });

  const start = app.restart();
  await until(
    () => pm2.workers("chat"),
    (workers) => workers.length > 0,
    { within: 20_000, otherwise: () => new Error("pm2 has started nothing") },
  );
  await pm2.end();
  await start;
  const { failure } = app;
  folder.write("server.cjs", helloApp["server.cjs"] ?? "");
  await app.restart();

  expect(failure).toMatch(/^The app is not up\. .*pm2's daemon has ended/);
  expect(said).toContain(failure);
  expect(await ask(app.url)).toMatchObject({ status: 200 });
});
