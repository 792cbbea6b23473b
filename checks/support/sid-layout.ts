import { must } from "./must.ts";
import type { Session } from "./sessions.ts";

const SID = /^[\w-]{20}$/;
/** So many characters of 64 kinds are 60 bits, the least that is of use. */
const SECRET = 10;

/**
 * Each session id must tell its owner, whoever reads it, and the rest of it must be nobody's to guess.
 * How it does the first is seen in what the ids of one worker have in common. Gives that, a line for
 * each worker.
 *
 * @param sessions so many of each worker that random ids have no character in common
 * @throws NotYet
 */
export function mustNameOwners(sessions: readonly Session[]): string[] {
  const odd = sessions.find(({ sid }) => !SID.test(sid));
  must(odd === undefined, {
    expected: "a session id of 20 characters: letters, digits, - and _",
    seen: `${odd?.sid}, of ${odd?.sid.length}`,
    hint:
      odd?.sid.length === 20
        ? "It is part of a URL, where + and / mean something else. base64url does without them."
        : "A worker's name and SECRET_LENGTH characters are 20. Others take a longer one for none.",
  });
  const instances = [...new Set(sessions.map(({ owner }) => owner.instance))];
  return instances.map((instance) => {
    const isOwn = ({ owner }: Session) => owner.instance === instance;
    const own = sessions.filter(isOwn).map(({ sid }) => sid);
    const layout = layoutOf(own);
    const other = sessions.find((session) => !isOwn(session) && fits(session.sid, layout));
    must(other === undefined, {
      expected: "the session ids of each worker to have something in common that no others have",
      seen: `worker ${instance} make ${own.slice(0, 2).join(" and ")}, and worker ${other?.owner.instance} ${other?.sid}`,
      hint: "Whoever reads a session id has to know its owner from it: it begins with that worker's name.",
    });
    must(layout.split(".").length - 1 >= SECRET && new Set(own).size === own.length, {
      expected: "the rest of a session id to be random, so that nobody can guess it",
      seen: `worker ${instance} make ${own.slice(0, 3).join(", ")}`,
      hint: "Whoever knows a session id can speak for it. What randomBytes gives, nobody guesses.",
    });
    return `worker ${instance} makes  ${layout}`;
  });
}

/** What all of these share, and a dot for each other place. */
function layoutOf(sids: readonly string[]): string {
  const [first = ""] = sids;
  return [...first]
    .map((letter, at) => (sids.every((sid) => sid[at] === letter) ? letter : "."))
    .join("");
}

/** Whether a session id looks like that. Where nothing is shared, each does. */
function fits(sid: string, layout: string): boolean {
  return [...layout].every((letter, at) => letter === "." || sid[at] === letter);
}
