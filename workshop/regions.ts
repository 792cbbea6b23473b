/**
 * The places where a starter and its solution differ: `//#region TODO 3.1` … `//#endregion` in the
 * starter, `//#region answer 3.1` … `//#endregion` in the solution. Where `#` begins a comment, `#region` does.
 */
export interface Region {
  kind: "TODO" | "answer";
  /** Step and number: `3.1`. */
  name: string;
  lines: string[];
}

/** What a line says that begins a region. */
export type Start = Pick<Region, "kind" | "name">;

const START = /^\s*(?:\/\/|#|<!--)?\s*#region (TODO|answer) (\d+\.\d+)/;
const END = /^\s*(?:\/\/|#|<!--)?\s*#endregion/;
const COMMENT = /^\s*(?:\/\/|#)/;

/** Which region begins on a line, if one does. */
export function startOn(line: string): Start | undefined {
  const [, kind, name] = START.exec(line) ?? [];
  return kind && name ? { kind: kind === "TODO" ? "TODO" : "answer", name } : undefined;
}

/** Whether a line begins or ends a region. */
export function isMarker(line: string): boolean {
  return startOn(line) !== undefined || END.test(line);
}

/** Whether nobody has written anything yet in the place of a TODO: comments are ours. */
export function isUnwritten(text: string, todo: string): boolean {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => {
    const start = startOn(line);
    return start?.kind === "TODO" && start.name === todo;
  });
  if (at === -1) return false;
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => END.test(line));
  const inside = end === -1 ? rest : rest.slice(0, end);
  return inside.every((line) => COMMENT.test(line) || line.trim() === "");
}

interface Parts {
  regions: Region[];
  /** The lines outside all regions. */
  outside: string[];
  /** All lines, without the markers. */
  all: string[];
  /** All lines, without the markers and without the comments inside the regions: the code alone. */
  code: string[];
}

/**
 * Takes a file apart at its regions.
 *
 * @throws Error when a region does not end, ends twice or stands in another.
 */
export function takeApart(text: string): Parts {
  const parts: Parts = { regions: [], outside: [], all: [], code: [] };
  let open: Region | undefined;
  for (const [at, line] of text.split("\n").entries()) {
    const start = startOn(line);
    if (start) {
      if (open) throw new Error(`Line ${at + 1}: region ${start.name} begins inside ${open.name}.`);
      open = { ...start, lines: [] };
      parts.regions.push(open);
    } else if (END.test(line)) {
      if (!open) throw new Error(`Line ${at + 1}: a region ends that has not begun.`);
      open = undefined;
    } else {
      parts.all.push(line);
      if (open) open.lines.push(line);
      else parts.outside.push(line);
      if (!open || !COMMENT.test(line)) parts.code.push(line);
    }
  }
  if (open) throw new Error(`Region ${open.name} does not end.`);
  return parts;
}
