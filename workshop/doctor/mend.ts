import { familyOf, type System } from "./system.ts";

/** What mends a lack. */
export interface Mend {
  /** What a person types or does. */
  text: string;
  /** The command for the doctor to run; absent where only a person can do it. */
  argv?: readonly string[] | undefined;
  /** A command that comes first, once however many mends name it. It may fail. */
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
export const npmInstall: Mend = run(["npm", "install"]);

/**
 * What brings a Chromium. Debian has it as a package; Ubuntu's package of that name only points to
 * a snap. Playwright's download needs no root, but libraries that a bare Linux may lack; given
 * `--with-deps` it installs them, by sudo where it must.
 */
export function chromiumMends(system: System): readonly Mend[] {
  const download = run(["npx", "playwright", "install", "chromium"]);
  const downloadAll = ["npx", "playwright", "install", "--with-deps", "chromium"];
  const own = tell("set CHROMIUM_PATH to a Chrome or Chromium");
  switch (familyOf(system)) {
    case "debian":
      if (system.isRoot) return [aptInstall("chromium"), own];
      return [download, tell("sudo apt-get install -y chromium"), own];
    case "ubuntu":
      if (system.isRoot) return [run(downloadAll), own];
      return [download, tell(downloadAll.join(" ")), own];
    case "fedora":
      return [download, tell("sudo dnf install chromium"), own];
    case "arch":
      return [download, tell("sudo pacman -S chromium"), own];
    case "macos":
      return [download, brewInstall("--cask", "google-chrome"), own];
    case "windows":
      return [download, tell("winget install Google.Chrome"), own];
    case "other":
      return [download, own];
  }
}

/** What brings a program that every package manager has. */
export function packageMends(names: PackageNames, system: System): readonly Mend[] {
  switch (familyOf(system)) {
    case "debian":
    case "ubuntu":
      return [system.isRoot ? aptInstall(names.apt) : tell(`sudo apt-get install -y ${names.apt}`)];
    case "fedora":
      return [tell(`sudo dnf install ${names.dnf}`)];
    case "arch":
      return [tell(`sudo pacman -S ${names.pacman}`)];
    case "macos":
      return [brewInstall(names.brew)];
    case "windows":
      return [tell("install it inside WSL2")];
    case "other":
      return [tell(`install ${names.apt} with your package manager`)];
  }
}

/** What brings a newer Node. The doctor never changes the Node that it runs on. */
export function nodeMends(system: System, hasNvm: boolean): readonly Mend[] {
  const page = tell(`install Node ${NODE_TO_INSTALL} from https://nodejs.org`);
  if (hasNvm) return [tell(`nvm install ${NODE_TO_INSTALL}`), page];
  switch (familyOf(system)) {
    case "macos":
      return [tell("brew install node"), page];
    case "windows":
      return [tell("winget install OpenJS.NodeJS.LTS"), page];
    default:
      return [page];
  }
}

/** A mend that only a person can do. */
export function tell(text: string): Mend {
  return { text, asks: false };
}

function run(argv: readonly string[]): Mend {
  return { text: argv.join(" "), argv, asks: false };
}

function aptInstall(name: string): Mend {
  const argv = ["apt-get", "install", "-y", name];
  // A fresh container has no lists of packages at all.
  const before = ["apt-get", "update"];
  return { text: `${before.join(" ")} && ${argv.join(" ")}`, argv, before, asks: false };
}

function brewInstall(...words: string[]): Mend {
  return { ...run(["brew", "install", ...words]), asks: true };
}
