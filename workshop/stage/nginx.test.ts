import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test, vi } from "vitest";
import { root } from "../catalog.ts";
import { ended } from "../testing/processes.ts";
import { ask } from "../testing/traced-server.ts";
import { runScript } from "../testing/script.ts";
import { startNginx } from "./nginx.ts";
import { freePort } from "./ports.ts";
import { processesOf } from "./processes.mjs";
import { openRun } from "./run.ts";
import { until } from "./until.ts";

const CONF = `
upstream chat {
  server 127.0.0.1:3001;
  server 127.0.0.1:3002;
}
server {
  listen 3000;
  location / {
    proxy_pass http://chat;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  }
}
`;

/** A server that answers with a name and with the address that it was told. */
async function startUpstream(name: string): Promise<AsyncDisposable & { port: number }> {
  const port = await freePort();
  const server = createServer(({ headers }, response) => {
    response.end(`${name} ${headers["x-forwarded-for"]}`);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

describe("nginx with a learner's file", () => {
  test("shares requests out among the hosts, and notes whom it has asked", async () => {
    await using run = await openRun();
    await using a = await startUpstream("a");
    await using b = await startUpstream("b");
    await using nginx = await startNginx(run, {
      conf: CONF,
      port: await freePort(),
      hosts: [a.port, b.port],
    });

    const first = await ask(`${nginx.url}/one?t=1`);
    const second = await ask(`${nginx.url}/two`);
    const log = await until(
      () => nginx.accessLog(),
      ({ length }) => length === 2,
      { within: 2_000, otherwise: () => new Error("Not logged.") },
    );

    expect([first.body, second.body].toSorted()).toEqual(["a 127.0.0.1", "b 127.0.0.1"]);
    expect(log).toMatchObject([
      { method: "GET", uri: "/one?t=1", status: 200, upgrade: false, from: "127.0.0.1" },
      { uri: "/two", status: 200 },
    ]);
    expect(log.flatMap(({ asked }) => asked.map(({ port }) => port)).toSorted()).toEqual(
      [a.port, b.port].toSorted(),
    );
    expect(Math.abs((log[0]?.at ?? 0) - Date.now())).toBeLessThan(10_000);
    expect(nginx.errorLog()).toBe("");
  });

  test("complains of a host that is not there, and asks the other", async () => {
    await using run = await openRun();
    await using a = await startUpstream("a");
    const hosts = [a.port, await freePort()];
    await using nginx = await startNginx(run, { conf: CONF, port: await freePort(), hosts });

    const answers = [await ask(nginx.url), await ask(nginx.url)];
    const log = await until(
      () => nginx.accessLog(),
      ({ length }) => length === 2,
      { within: 2_000, otherwise: () => new Error("Not logged.") },
    );

    expect(answers.map(({ body }) => body)).toEqual(["a 127.0.0.1", "a 127.0.0.1"]);
    expect(nginx.errorLog()).toContain(`upstream: "http://127.0.0.1:${hosts[1]}/"`);
    expect(log.map(({ asked }) => asked)).toContainEqual([
      { port: hosts[1], status: 502 },
      { port: a.port, status: 200 },
    ]);
  });

  test("goes on with another file, and not with a faulty one", async () => {
    await using run = await openRun();
    const conf = "server { listen 3000; return 200 one; }";
    await using nginx = await startNginx(run, { conf, port: await freePort(), hosts: [] });

    await nginx.reload(conf.replace("one", "two"));
    const second = await ask(nginx.url);
    const faulty = nginx.reload("server { listen 3000; retrun 200 three; }");
    await expect(faulty).rejects.toThrow('unknown directive "retrun" (nginx.conf:1)');
    const third = await ask(nginx.url);

    expect([second.body, third.body]).toEqual(["two", "two"]);
  });

  test("moves to the next free port when somebody else has its own", async () => {
    await using run = await openRun();
    await using other = await startUpstream("somebody else");
    const conf = "server { listen 3000; return 200 here; }";

    await using nginx = await startNginx(run, { conf, port: other.port, hosts: [] });

    expect(nginx.port).toBeGreaterThan(other.port);
    expect((await ask(nginx.url)).body).toBe("here");
  });
});

describe("a file that nginx does not accept is told with its message and its line:", () => {
  test.each([
    ["\nupstrem chat {\n}\n", 'unknown directive "upstrem" (nginx.conf:2)', 2],
    ["server {\n  listen 3000\n}\n", 'unexpected "}" (nginx.conf:3)', 3],
    ["server {\n  listen 3000;\n", 'unexpected end of file, expecting "}" (nginx.conf:3)', 3],
    [
      "server {\n  listen 3000;\n  location / {\n    proxy_pass http://chat;\n  }\n}\n",
      'host not found in upstream "chat" (nginx.conf:4)',
      4,
    ],
    [
      "http {\n  server {\n    listen 3000;\n  }\n}\n",
      '"http" directive is not allowed here (nginx.conf:1)',
      1,
    ],
    [
      "server { listen 3000; }\nupstream a {\n  server 127.0.0.1:3001 wieght=2;\n}\n",
      'invalid parameter "wieght=2" (nginx.conf:3)',
      3,
    ],
    ["server { listen 3000; listen 3000; }\n", "a duplicate listen 0.0.0.0:3000 (nginx.conf:1)", 1],
  ])("%j", async (conf, seen, line) => {
    await using run = await openRun();
    const port = await freePort();

    const failure = await startNginx(run, { conf, port, hosts: [await freePort()] }).catch(
      (error: unknown) => error,
    );

    expect(failure).toMatchObject({
      name: "NotYet",
      finding: {
        expected: "nginx to accept nginx.conf",
        seen,
        look: { file: "nginx.conf", line },
        blocks: true,
      },
    });
    expect(processesOf(run.folder)).toEqual([]);
  });
});

test("a file that does not listen on the app's port is refused before anything is started", async () => {
  await using run = await openRun();
  const options = { conf: "server { listen 8080; }", port: await freePort(), hosts: [] };

  await expect(startNginx(run, options)).rejects.toThrow(
    "Expected nginx to listen on port 3000. Saw listen 8080 (nginx.conf:1).",
  );
});

test("an nginx that cannot be started is a matter of the machine", async () => {
  await using run = await openRun();
  vi.stubEnv("NGINX_PATH", join(root, "package.json"));
  const conf = "server { listen 3000; }";

  const failure = startNginx(run, { conf, port: await freePort(), hosts: [] });

  await expect(failure).rejects.toMatchObject({
    name: "MachineProblem",
    remedy: "Correct or unset NGINX_PATH.",
  });
  vi.unstubAllEnvs();
});

describe("nginx ends", () => {
  test("with all its processes when it is disposed", async () => {
    await using run = await openRun();
    const conf = "server { listen 3000; }";
    const nginx = await startNginx(run, { conf, port: await freePort(), hosts: [] });
    const pids = processesOf(run.folder).map(({ pid }) => pid);

    await nginx[Symbol.asyncDispose]();

    expect(pids).toHaveLength(2);
    await ended(pids);
    expect(existsSync(join(run.folder, "nginx"))).toBe(false);
  });

  test.each([
    ["", {}],
    [" where environments cannot be read", { WORKSHOP_NO_PROC: "1" }],
  ])("when its runner is killed%s", async (_, env) => {
    const module = (file: string) =>
      JSON.stringify(pathToFileURL(join(root, "workshop/stage", file)).href);
    await using runner = runScript(
      `
        import { openRun } from ${module("run.ts")};
        import { startNginx } from ${module("nginx.ts")};
        import { freePort } from ${module("ports.ts")};
        import { processesOf } from ${module("processes.mjs")};
        const run = await openRun();
        const conf = "server { listen 3000; }";
        await startNginx(run, { conf, port: await freePort(), hosts: [] });
        process.send({ pids: processesOf(run.folder).map(({ pid }) => pid) });
        setInterval(() => {}, 1000);
      `,
      { imports: ["tsx"], env },
    );
    const isReport = (message: unknown): message is { pids: number[] } =>
      typeof message === "object" && message !== null && "pids" in message;
    const { pids } = await runner.hears(isReport);

    await runner.end("SIGKILL");

    expect(pids).toHaveLength(2);
    await ended(pids);
  });
});
