import type { Step } from "../catalog.ts";
import { isJudged, nextHint, renderHint } from "../hints.ts";
import { language, readmeOf, titleOf } from "../language.ts";
import { columns, wrap } from "../text.ts";

/** Prints the next hint of a step: the first if its checks have not judged the learner's copy yet. */
export async function showHint(step: Step): Promise<void> {
  const width = columns();
  const say = (text: string) => console.log(wrap(text, width).join("\n"));
  const { number } = step;
  if (!isJudged(step)) {
    say(`No check of step ${number} has judged your code yet (npm run check ${number} does so).`);
    console.log();
  }
  if (language() !== "en") say(`Step ${number} · ${titleOf(step)}: ${readmeOf(step)}\n`);
  const hint = await nextHint(step);
  if (hint) console.log(renderHint(hint, width).join("\n"));
  else if (isJudged(step)) say(`All checks of step ${number} hold: there is nothing to hint at.`);
  else {
    say(`There are no hints for step ${number}. Read "What you write" in ${readmeOf(step)}.`);
  }
}
