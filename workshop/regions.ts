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

const START = /^\s*(?:\/\/|#|<!--)?\s*#region (TODO|answer) (\d+\.\d+)/;
const END = /^\s*(?:\/\/|#|<!--)?\s*#endregion/;
const COMMENT = /^\s*(?:\/\/|#)/;

/** Whether a line begins or ends a region. */
export function isMarker(line: string): boolean {
  return START.test(line) || END.test(line);
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
    const [, kind, name] = START.exec(line) ?? [];
    if (kind && name) {
      if (open) throw new Error(`Line ${at + 1}: region ${name} begins inside ${open.name}.`);
      open = { kind: kind === "TODO" ? "TODO" : "answer", name, lines: [] };
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
