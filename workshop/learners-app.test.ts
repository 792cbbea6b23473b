import { expect, test } from "vitest";
import type { Step } from "./catalog.ts";
import { LearnersApp } from "./learners-app.ts";
import { openDaemons } from "./session-daemons.ts";
import { freePort } from "./stage/ports.ts";
import { openRun } from "./stage/run.ts";
import { makeFolder } from "./testing/folder.ts";
import { helloApp } from "./testing/hello-app.ts";
import { ask } from "./testing/traced-server.ts";
import { nameOf } from "./trace/line.ts";

const step: Step = {
  number: 9,
  slug: "09-hello",
  title: "Hello",
  about: "",
  edit: ["nginx.conf"],
  whole: [],
  brings: [],
  runs: "pm2",
  workers: 2,
  hosts: 2,
  services: ["nginx"],
  drops: [],
};

// One test for the file: a process talks to one pm2 home directly.
test("a session on two hosts shows the workers of both, what is wrong with nginx.conf, and goes on", async () => {
  using folder = makeFolder(helloApp);
  await using run = await openRun();
  await using daemons = await openDaemons(run, step);
  const printed: string[] = [];
  const port = await freePort();
  await using app = new LearnersApp({
    step,
    dir: folder.path,
    run,
    port,
    pm2s: daemons.pm2s,
    redis: undefined,
    tell: {
      said: (text) => printed.push(text),
      workers: (workers) =>
        printed.push(...workers.map((it) => `${nameOf(it)} pid ${it.pid} ${it.state}`)),
      traced: () => {},
      printed: () => {},
      changed: () => {},
    },
    onUrl: () => {},
  });

  await app.restart();
  const shown = printed.splice(0).join("\n");
  const answer = await ask(app.url);
  folder.write("nginx.conf", "server { listen 3000 default; retrun 200; }");
  await app.restart();
  const refusal = printed.splice(0).join(" ");
  folder.write("nginx.conf", helloApp["nginx.conf"] ?? "");
  await app.restart();
  const again = await ask(app.url);

  expect(app.url).toBe(`http://localhost:${port}`);
  for (const name of ["host a, worker 0", "host a, worker 1", "host b, worker 0"]) {
    expect(shown).toMatch(new RegExp(`${name} pid \\d+ online`));
  }
  expect(refusal).toContain('unknown directive "retrun" (nginx.conf:1)');
  for (const { status, body } of [answer, again]) {
    expect([status, body]).toEqual([200, expect.stringMatching(/^[ab][01]$/)]);
  }
});
