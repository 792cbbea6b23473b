const BROKEN = "It shows what is still broken: only who has mended that already could fail it.";
const IN_PAGES =
  "It is the same in pages, which are not the learner's: what could fail it fails with clients first.";
const GIVEN =
  "What answers it was written in steps 6 and 7, whose answers it has, and is given in this one.";

/**
 * The checks that no wrong answer must fail, by their step and their title, and why. Nobody has seen them
 * fail for their reason, so this list only ever gets shorter: `checks/answers.test.ts` counts it.
 */
export const UNANSWERED: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  2: {
    "it outlives the terminal that started it":
      "It shows what pm2's daemon is for: nothing in the learner's files decides about that.",
  },
  3: {
    "a session is known to its own worker only": BROKEN,
    "of 40 clients, one after the other, hardly any connects": BROKEN,
    "a browser meets the break, too": BROKEN,
  },
  4: {
    "but a message reaches the clients of its own worker only": BROKEN,
    "and two people in browsers do not hear each other": BROKEN,
  },
  5: {
    "two people in browsers hear each other across workers": IN_PAGES,
  },
  6: {
    "people in browsers meet in a room across workers": IN_PAGES,
    "and yet the adapter does not mend the handshake": BROKEN,
  },
  7: {
    "what people say reaches everybody once and in order, over whichever transport":
      "Still to be written: who hands on what comes during an upgrade out of order.",
  },
  9: {
    "any worker of any host answers for a session": GIVEN,
    "people on both hosts hear each other, know of each other, and share rooms": GIVEN,
    "two pages on different hosts talk, over WebSockets": IN_PAGES,
    "both hosts are reloaded, one after the other, and nothing is lost":
      "Still to be written: who gives a host that reloads up for longer than a client waits.",
  },
};
