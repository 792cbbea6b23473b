import { folderOf, root, type Step } from "../catalog.ts";
import { starterFolder, type Answer } from "./answers.ts";
import { AnswerProblem, compose } from "./compose.ts";
import { fingerprint } from "./fingerprint.ts";
import { titlesOf } from "./titles.ts";
import { readTranscript } from "./transcript.ts";

/**
 * What can be said of the answers of a step without running them: what is not as it must be.
 *
 * @param unanswered the titles of the checks that no wrong answer need fail; without it that is not
 * looked at
 */
export function flawsOf(
  step: Step,
  answers: readonly Answer[],
  unanswered?: readonly string[],
): string[] {
  return [
    ...(unanswered ? flawsOfTitles(step, answers, unanswered) : []),
    ...answers.flatMap((answer) => flawsOfOne(answer).map((flaw) => `${answer.name}: ${flaw}`)),
    ...twins(step, answers),
    ...flawsOfTranscript(starterFolder(step), step).map((flaw) => `starter: ${flaw}`),
  ];
}

/** Checks that no wrong answer must fail, and such as are said to be and are not. */
function flawsOfTitles(
  step: Step,
  answers: readonly Answer[],
  unanswered: readonly string[],
): string[] {
  const checks = answers.flatMap(({ kind, check }) => (kind === "wrong" && check ? [check] : []));
  const titles = titlesOf(step);
  const none = titles.filter((title) => !checks.some((check) => title.test(check)));
  return [
    ...none
      .filter((title) => !unanswered.some((one) => title.test(one)))
      .map((title) => `No wrong answer must fail the check ${title.source.slice(1, -1)}.`),
    ...unanswered.flatMap((one) => {
      if (none.some((title) => title.test(one))) return [];
      const isThere = titles.some((title) => title.test(one));
      return [
        isThere
          ? `A wrong answer must fail "${one}" by now.`
          : `Step ${step.number} has no check that is called "${one}".`,
      ];
    }),
  ];
}

/** The title of the check before all others, which stands in no file of checks. */
const READ = "the code can be read";

function flawsOfOne(answer: Answer): string[] {
  const { step, kind, dir, check, flaw } = answer;
  if (flaw) return [flaw];
  if (kind === "right") {
    return readTranscript(dir) === undefined ? [] : ["A right answer has no transcript."];
  }
  const isKnown = check === READ || titlesOf(step).some((title) => title.test(check ?? ""));
  return [
    ...(isKnown ? [] : [`Step ${step.number} has no check that is called "${check}".`]),
    ...flawsOfTranscript(dir, step, isKnown ? check : undefined),
  ];
}

function flawsOfTranscript(dir: string, step: Step, check?: string): string[] {
  const text = readTranscript(dir);
  if (text === undefined) return ["It has no transcript.txt; --record writes one."];
  const words = text.replace(/\s+/g, " ");
  const places = [...text.matchAll(/^ +Look at +(\S+)/gm)].map(([, place = ""]) => place);
  return [
    ...(check && !words.startsWith(`✗ ${check} `)
      ? [`Its transcript is not that of "${check}".`]
      : []),
    ...(/ Saw /.test(words) ? [] : ["Its transcript does not say what was seen."]),
    ...places
      .filter((place) => !place.startsWith(`work/${step.slug}/`))
      .map((place) => `Its transcript sends a learner to ${place}.`),
    ...(text.includes(root) || text.includes(".scratch")
      ? ["Its transcript has a path of this machine in it."]
      : []),
  ];
}

/** Answers that cannot be put together, or whose code is another's, or the solution's. */
function twins(step: Step, answers: readonly Answer[]): string[] {
  const names = new Map([[fingerprint([folderOf(step, "solution")]), "the solution"]]);
  return answers.flatMap((answer) => {
    if (answer.flaw) return [];
    try {
      using code = compose(answer);
      const same = fingerprint([code.dir]);
      const twin = names.get(same);
      names.set(same, answer.name);
      return twin ? [`${answer.name}: Its code is that of ${twin}.`] : [];
    } catch (error) {
      if (error instanceof AnswerProblem) return [error.message];
      throw error;
    }
  });
}
