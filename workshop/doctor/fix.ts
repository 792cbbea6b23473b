import type { CommandEnd } from "./command.ts";
import type { RequirementStatus, Status } from "./report.ts";
import { familyOf, type System } from "./system.ts";

/** What may fix an unmet requirement. */
export interface Fix {
  /** What a person types or does. */
  text: string;
  /** The command for the doctor to run; absent where only a person can do it. */
  argv?: readonly string[] | undefined;
  /** A command that comes first, once however many fixes name it. It may fail. */
  before?: readonly string[] | undefined;
  /** Never without a person's yes. */
  asks: boolean;
}

/** A package by its name in each package manager. */
export interface PackageNames {
  apt: string;
  brew: string;
  dnf: string;
  pacman: string;
}

/** The long-term release to recommend; what the workshop needs is older. */
const NODE_TO_INSTALL = 22;

/** What brings the packages of this clone; it needs no rights and asks nothing. */
export const npmInstall: Fix = automatic(["npm", "install"]);

/**
 * What brings a Chromium. Debian has it as a package; Ubuntu's package of that name only points to
 * a snap. Playwright's download needs no root, but libraries that a bare Linux may lack; given
 * `--with-deps` it installs them, by sudo where it must.
 */
export function chromiumFixes(system: System): readonly Fix[] {
  const download = automatic(["npx", "playwright", "install", "chromium"]);
  const downloadAll = ["npx", "playwright", "install", "--with-deps", "chromium"];
  const own = manual("set CHROMIUM_PATH to a Chrome or Chromium");
  switch (familyOf(system)) {
    case "debian":
      if (system.isRoot) return [aptInstall("chromium"), own];
      return [download, manual("sudo apt-get install -y chromium"), own];
    case "ubuntu":
      if (system.isRoot) return [automatic(downloadAll), own];
      return [download, manual(downloadAll.join(" ")), own];
    case "fedora":
      return [download, manual("sudo dnf install chromium"), own];
    case "arch":
      return [download, manual("sudo pacman -S chromium"), own];
    case "macos":
      return [download, brewInstall("--cask", "google-chrome"), own];
    case "windows":
      return [download, manual("winget install Google.Chrome"), own];
    case "other":
      return [download, own];
  }
}

/** What brings a program that every package manager has. */
export function packageFixes(names: PackageNames, system: System): readonly Fix[] {
  switch (familyOf(system)) {
    case "debian":
    case "ubuntu":
      return [
        system.isRoot ? aptInstall(names.apt) : manual(`sudo apt-get install -y ${names.apt}`),
      ];
    case "fedora":
      return [manual(`sudo dnf install ${names.dnf}`)];
    case "arch":
      return [manual(`sudo pacman -S ${names.pacman}`)];
    case "macos":
      return [brewInstall(names.brew)];
    case "windows":
      return [manual("install it inside WSL2")];
    case "other":
      return [manual(`install ${names.apt} with your package manager`)];
  }
}

const REDIS_PACKAGES: PackageNames = {
  apt: "redis-server",
  brew: "redis",
  dnf: "valkey",
  pacman: "valkey",
};

/** Good for sessions only: checks kill the server that they have started themselves. */
const REDIS_IN_DOCKER =
  "docker run --rm -p 6379:6379 redis, with REDIS_URL=redis://localhost:6379 (for sessions, not for checks)";

/** What brings a Redis server. Building one needs no root, but make and a C compiler. */
export function redisFixes(system: System): readonly Fix[] {
  const build = automatic(["node", "--import", "tsx", "workshop/doctor/build-redis.ts"]);
  return [
    ...packageFixes(REDIS_PACKAGES, system),
    ...(familyOf(system) === "windows" ? [] : [build]),
    manual(REDIS_IN_DOCKER),
  ];
}

/** What brings nginx. */
export function nginxFixes(system: System): readonly Fix[] {
  return packageFixes({ apt: "nginx", brew: "nginx", dnf: "nginx", pacman: "nginx" }, system);
}

/** What brings a newer Node. The doctor never changes the Node that it runs on. */
export function nodeFixes(system: System, hasNvm: boolean): readonly Fix[] {
  const page = manual(`install Node ${NODE_TO_INSTALL} from https://nodejs.org`);
  if (hasNvm) return [manual(`nvm install ${NODE_TO_INSTALL}`), page];
  switch (familyOf(system)) {
    case "macos":
      return [manual("brew install node"), page];
    case "windows":
      return [manual("winget install OpenJS.NodeJS.LTS"), page];
    default:
      return [page];
  }
}

/** A fix that only a person can do. */
export function manual(text: string): Fix {
  return { text, asks: false };
}

function automatic(argv: readonly string[]): Fix {
  return { text: argv.join(" "), argv, asks: false };
}

function aptInstall(name: string): Fix {
  const argv = ["apt-get", "install", "-y", name];
  // A fresh container has no lists of packages at all.
  const before = ["apt-get", "update"];
  return { text: `${before.join(" ")} && ${argv.join(" ")}`, argv, before, asks: false };
}

function brewInstall(...words: string[]): Fix {
  return { ...automatic(["brew", "install", ...words]), asks: true };
}

/** What fixing may do to the machine, and how it speaks. */
export interface FixRunner {
  /** Whether this fix of this requirement may be run; it may ask a person. */
  consents: (fix: Fix, unmet: RequirementStatus) => boolean | Promise<boolean>;
  run: (argv: readonly string[]) => Promise<CommandEnd>;
  say: (line: string) => void;
}

/**
 * Fixes unmet requirements, one after the other: each by its own fixes in their order, until
 * inspecting it again shows that it is met. None is inspected before its turn, since an earlier fix
 * may have changed it (packages first, then the browser that one of them downloads).
 *
 * @returns what something was done about, as it is now.
 */
export async function applyFixes(
  inspections: readonly (() => Promise<RequirementStatus>)[],
  { consents, run, say }: FixRunner,
): Promise<RequirementStatus[]> {
  const prepared = new Set<string>();
  const tried: RequirementStatus[] = [];

  for (const inspect of inspections) {
    const found = await inspect();
    let now = found;
    let ran = 0;
    for (const fix of found.fixes ?? []) {
      if (now.state !== "unmet") break;
      if (!fix.argv || !(await consents(fix, now))) continue;
      if (ran === 0) say(`${found.name}: ${found.detail}`);
      ran += 1;
      if (fix.before && !prepared.has(fix.before.join(" "))) {
        prepared.add(fix.before.join(" "));
        await run(fix.before);
      }
      await run(fix.argv);
      now = await inspect();
    }
    if (ran > 0) tried.push(now);
  }
  return tried;
}

/** What a person can still do when our commands have not helped; empty when that is nothing. */
export function manualFixes({ fixes = [] }: Pick<Status, "fixes">): string {
  return fixes
    .filter(({ argv }) => !argv)
    .map(({ text }) => text)
    .join(", or ");
}

/**
 * Whether a fix may be run. With `always` a person in the terminal is asked whatever it is; else
 * only where the fix itself wants it. Where nobody can be asked, such a fix is not run.
 */
export function consentFor(
  fix: Pick<Fix, "asks">,
  { isTerminal, always }: { isTerminal: boolean; always: boolean },
): "run" | "ask" | "skip" {
  if (isTerminal && (always || fix.asks)) return "ask";
  return fix.asks ? "skip" : "run";
}
