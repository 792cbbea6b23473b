/**
 * Records what the lens sees of a step's solution, with a page in Chromium and a small crowd, into
 * `fixtures/`: what the lens's tests play is what happened once.
 *
 *     npx tsx workshop/web/lens/record.ts 3
 *
 * One step at a time: a process talks to one pm2 daemon only.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { folderOf, REDIS_PREFIX, steps, type Step } from "../../catalog.ts";
import { openDaemons } from "../../session-daemons.ts";
import type { App, Launch } from "../../stage/app.ts";
import { startBrowser } from "../../stage/browser.ts";
import { startHosts } from "../../stage/hosts.ts";
import { startManagedApp } from "../../stage/managed-app.ts";
import { freePort } from "../../stage/ports.ts";
import { startRedis } from "../../stage/redis.ts";
import { openRun, type Run } from "../../stage/run.ts";
import { eventually } from "../../stage/until.ts";
import { Crowd } from "../crowd.ts";
import { Lens } from "./lens.ts";
import type { LensEvent } from "./messages.ts";

/** No more than these are written down. */
const MOST = 160;
/** A crowd so small that each of its requests can be told from the others. */
const GUESTS = 4;
/** The steps whose pages connect by WebSocket only. */
const SOCKETS_ONLY = [4, 5, 6];
/** How long each act may take, in ms. */
const WITHIN = 8_000;

const step = steps.find(({ number }) => String(number) === process.argv[2]);
if (!step) throw new Error("Which step? npx tsx workshop/web/lens/record.ts 3");
await record(step);
process.exit();

async function record(step: Step): Promise<void> {
  await using run = await openRun();
  await using daemons = await openDaemons(run, { runs: "pm2", hosts: step.hosts });
  await using redis = step.services.includes("redis") ? await startRedis(run, "redis") : undefined;
  const events: LensEvent[] = [];
  using lens = new Lens((batch) => events.push(...batch.events));
  lens.begin({ run: 1, step });
  const launch: Launch = {
    run,
    dir: folderOf(step, "solution"),
    name: "chat",
    port: await freePort(),
    detailed: true,
    redis: redis && { url: redis.url, prefix: REDIS_PREFIX },
    onTrace: (event, trace) => lens.hear(event, trace),
  };
  await using app = await start(launch, step, daemons.pm2s);
  lens.note({ at: Date.now(), kind: "good", text: "The app is up" });
  await play(app, step, run, events);
  const file = fileURLToPath(new URL(`fixtures/step-${step.number}.json`, import.meta.url));
  const { run: number, step: about } = lens.snapshot();
  const snapshot = { run: number, step: about, events: events.slice(0, MOST), dropped: 0 };
  writeFileSync(file, `${JSON.stringify(snapshot, undefined, 1)}\n`);
  console.log(`step ${step.number}: ${snapshot.events.length} of ${events.length} events`);
}

async function start(
  launch: Launch,
  { hosts }: Step,
  pm2s: Awaited<ReturnType<typeof openDaemons>>["pm2s"],
): Promise<App> {
  const [pm2] = pm2s;
  if (!pm2) throw new Error("There is no pm2.");
  if (hosts === 1) return startManagedApp({ ...launch, pm2 });
  const on = await Promise.all(pm2s.map(async (each) => ({ pm2: each, port: await freePort() })));
  return startHosts({ ...launch, on });
}

/** A page comes; then a crowd; where they can talk, somebody says something. */
async function play(app: App, { number }: Step, run: Run, seen: LensEvent[]): Promise<void> {
  const talks = number !== 3;
  const transports = SOCKETS_ONLY.includes(number)
    ? (["websocket"] as const)
    : (["polling", "websocket"] as const);
  await using browser = await startBrowser(run);
  const client = await chromium.connect(browser.endpoint);
  const page = await client.newPage();
  await page.goto(app.url);
  const count = () => seen.filter(({ event }) => event.kind === "request").length;
  // Whether it gets a connection or a row of refusals: there is something to be seen.
  await eventually(() => count() > 16, Boolean, WITHIN);
  if (talks) {
    await page.getByRole("textbox").first().fill("hello from a page");
    await page.keyboard.press("Enter");
    await eventually(() => page.getByText("hello from a page").count(), Boolean, WITHIN);
  }
  const crowd = new Crowd(() => {});
  await using _ = crowd;
  await crowd.open({ url: app.url, transports }, GUESTS);
  await eventually(() => crowd.state.connecting === 0, Boolean, WITHIN);
  await client.close();
  const all = seen.length;
  await eventually(() => seen.length > all, Boolean, 1_000);
}
