import { join } from "node:path";
import colors from "picocolors";
import { root, type Step } from "./catalog.ts";
import { onInterrupt } from "./interrupt.ts";
import { openUrl } from "./open-url.ts";
import { UsageProblem } from "./problems.ts";
import { SlideProblem } from "./slides/chapters.ts";
import type { Look } from "./slides/page.ts";

/** What `npm run slides` was told. */
export interface SlidesTyped {
  talk?: true;
  pdf?: string | true;
  handout?: string | true;
  theme: string;
  ratio: string;
  open: boolean;
  /** Steps whose recordings are to be made anew. */
  record?: readonly Step[] | undefined;
}

/** Where they go when nobody says where. */
const PDF = join(root, "broken-handshakes.pdf");
const HANDOUT = join(root, "broken-handshakes-handout.pdf");

/** @throws UsageProblem when an option is none of these. */
function oneOf<T extends string>(option: string, typed: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === typed);
  if (found) return found;
  throw new UsageProblem(`--${option} is ${allowed.join(" or ")}, not ${typed}.`);
}

/**
 * Shows the deck until Ctrl-C, or makes what was asked for instead: a PDF, a handout, recordings.
 *
 * @throws UsageProblem with the file and the line, for a slide that cannot be understood.
 */
export async function runSlides(typed: SlidesTyped): Promise<void> {
  const look: Look = {
    cut: typed.talk ? "talk" : "class",
    theme: oneOf("theme", typed.theme, ["light", "dark"]),
    ratio: oneOf("ratio", typed.ratio, ["16:9", "4:3"]),
  };
  try {
    if (typed.record) return await recordAll(typed.record);
    if (typed.pdf || typed.handout) return await printAll(look, typed);
    await show(look, typed.open);
  } catch (error) {
    if (error instanceof SlideProblem) throw new UsageProblem(error.message);
    throw error;
  }
}

async function show(look: Look, open: boolean): Promise<void> {
  const { deckPage } = await import("./slides/page.ts");
  const { serveDeck } = await import("./slides/serve.ts");
  // A mistake is better known here than on the projector.
  deckPage(look);
  await using deck = await serveDeck(look);
  console.log(`Slides   ${colors.cyan(deck.url)}`);
  console.log(
    colors.dim("Keys     s speaker view · t light or dark · f full screen · o overview · ? all"),
  );
  console.log(colors.dim("End      Ctrl-C"));
  if (open && !(await openUrl(deck.url))) console.log("Open that address in your browser.");
  using _interrupt = onInterrupt(async () => deck[Symbol.asyncDispose]());
  // Until Ctrl-C.
  await new Promise<never>(() => {});
}

async function printAll(look: Look, { pdf, handout }: SlidesTyped): Promise<void> {
  const { printDeck } = await import("./slides/print.ts");
  if (pdf) {
    console.log(`Made ${await printDeck(look, pdf === true ? PDF : pdf, { notes: false })}`);
  }
  if (handout) {
    const file = handout === true ? HANDOUT : handout;
    console.log(`Made ${await printDeck(look, file, { notes: true })}`);
  }
}

async function recordAll(steps: readonly Step[]): Promise<void> {
  const { record } = await import("./slides/record.ts");
  await record(steps, (file) => console.log(`Recorded ${file}`));
}
