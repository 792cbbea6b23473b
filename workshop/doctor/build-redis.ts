import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { root } from "../catalog.ts";
import { EXIT_CODES } from "../check/verdict.ts";
import { BUILT_REDIS } from "../stage/find-redis.ts";
import { shortTmp } from "../stage/run.ts";
import { lastLines, runCommand } from "./command.ts";
import { versionIn } from "./requirements.ts";

/**
 * `node --import tsx workshop/doctor/build-redis.ts [file]` builds a Redis server from source, for
 * machines on which nobody may install one, and puts it where the workshop looks for it.
 *
 * `redis-memory-server` downloads the source and runs make. It is fetched here, on demand and into
 * a temporary folder: as a dependency it would do that at every `npm install`.
 */
const PACKAGE = "redis-memory-server";
const PACKAGE_VERSION = "0.17.1";
/**
 * Named, since `stable` is another one every few months, and from 8.10 on make builds modules that
 * need more than a C compiler. 7.4 is the youngest line before Redis 8; 7.4.7, of November 2025,
 * has the correction of CVE-2025-49844.
 */
const REDIS_VERSION = "7.4.7";

/** In a process of its own, so that make ends with it when somebody has had enough. */
const ASK_PACKAGE = `
  const [location, downloadDir, version] = process.argv.slice(1);
  const { RedisBinary } = require(location);
  RedisBinary.getPath({ downloadDir, version, systemBinary: "" }).then(console.log, (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });`;

/** How long each part may take, in ms; a slow machine compiles for some minutes. */
const INSTALL_WITHIN = 2 * 60_000;
const BUILD_WITHIN = 12 * 60_000;

/** What a person reads about a build that has failed. */
class BuildFailure extends Error {}

try {
  await buildRedis(resolve(process.argv[2] ?? BUILT_REDIS));
} catch (error) {
  if (!(error instanceof BuildFailure)) throw error;
  console.error(error.message);
  process.exitCode = EXIT_CODES["your machine"];
}

/** Either a server that runs stands there in the end, or what stood there before. */
async function buildRedis(place: string): Promise<void> {
  await needTools();
  // Not in the clone, whose path may have a space or a letter in it that make does not take.
  const folder = mkdtempSync(join(shortTmp(), "workshop-redis-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

  console.log(`Fetching ${PACKAGE} ${PACKAGE_VERSION} …`);
  const quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"];
  await run(
    `npm did not fetch ${PACKAGE}`,
    ["npm", "install", "--prefix", folder, ...quietly, `${PACKAGE}@${PACKAGE_VERSION}`],
    INSTALL_WITHIN,
  );

  console.log(`Downloading and compiling Redis ${REDIS_VERSION} …`);
  const location = join(folder, "node_modules", PACKAGE);
  const output = await run(
    `Redis ${REDIS_VERSION} was not built`,
    [process.execPath, "-e", ASK_PACKAGE, location, folder, REDIS_VERSION],
    BUILD_WITHIN,
    {
      // Without this the package takes a source from anybody who says to be download.redis.io.
      npm_config_strict_ssl: "true",
      MAKEFLAGS: `-j${availableParallelism()}`,
    },
  );

  const built = lastLines(output, 1)[0] ?? "";
  console.log(`Redis ${await putInPlace(built, place)} is in ${relative(root, place)}`);
}

/** On macOS both commands are there without the tools that they stand for. */
async function needTools(): Promise<void> {
  const tools = ["make", process.env.CC?.split(" ")[0] || "cc"];
  const ends = await Promise.all(
    tools.map((tool) => runCommand([tool, "--version"], { within: 30_000 })),
  );
  const missing = tools.filter((_, at) => !ends[at]?.ok);
  if (missing.length === 0) return;
  throw new BuildFailure(
    `Building Redis takes make and a C compiler; missing here: ${missing.join(", ")}.`,
  );
}

async function run(
  failure: string,
  argv: readonly string[],
  within: number,
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { ok, how, output } = await runCommand(argv, { within, env });
  // What is not found or takes too long has not said so itself.
  const said = how.startsWith("exit code") ? reasonIn(output) : undefined;
  if (!ok) throw new BuildFailure(`${failure}: ${said ?? how}`);
  return output;
}

/** A compiler says `error:` early and make sums it up at the end; others end with what it was. */
function reasonIn(output: string): string | undefined {
  const lines = lastLines(output, Infinity);
  return lines.find((line) => /\berror: /.test(line)) ?? lines.at(-1);
}

/** @returns the server's version. */
async function putInPlace(built: string, place: string): Promise<string> {
  const { ok, how, output } = await runCommand([built, "--version"], { within: 10_000 });
  if (!ok) {
    const reason = lastLines(output, 1)[0] ?? how;
    throw new BuildFailure(`Redis ${REDIS_VERSION} was built but does not run: ${reason}`);
  }
  mkdirSync(dirname(place), { recursive: true });
  const copy = `${place}.${process.pid}`;
  copyFileSync(built, copy);
  chmodSync(copy, 0o755);
  renameSync(copy, place);
  return versionIn(output);
}
