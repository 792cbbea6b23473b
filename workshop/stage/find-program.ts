import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * The path of the first of these programs that is there and may be run. A name is looked for in
 * every folder of the PATH and then in the further folders; a path is taken as it is.
 */
export function findProgram(
  names: readonly string[],
  further: readonly string[] = [],
): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), ...further];
  return names
    .filter(Boolean)
    .flatMap((name) => (isPath(name) ? [name] : folders.map((folder) => join(folder, name))))
    .find(isExecutable);
}

function isPath(name: string): boolean {
  return /[/\\]/.test(name);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    // A folder passes that test, too.
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
