import type { ChildProcess } from "node:child_process";

/** What a process answers when it is asked, by the name of the question. */
export type Answers = Record<string, (input: never) => unknown>;

/** Asks a child process, and gives its answer. */
export type Ask<A extends Answers> = <K extends keyof A & string>(
  name: K,
  ...input: Parameters<A[K]>
) => Promise<Awaited<ReturnType<A[K]>>>;

/** No single answer takes longer, in ms: what does has hung. */
const ANSWER_WITHIN = 60_000;

interface Question {
  question: number;
  name: string;
  input: unknown;
}
interface Answer {
  answerTo: number;
  value?: unknown;
  error?: string;
}

/** In a child process: answers what its parent asks. Without the parent it ends. */
export function answer(answers: Answers): void {
  process.on("message", async (message: unknown) => {
    if (!isQuestion(message)) return;
    const { question, name, input } = message;
    try {
      // The asker's types have made sure that the input fits the question.
      const value = await answers[name]?.(input as never);
      process.send?.({ answerTo: question, value } satisfies Answer);
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.send?.({ answerTo: question, error: text } satisfies Answer);
    }
  });
  process.once("disconnect", () => process.exit());
}

/** In the parent: how to ask that child. Rejects when the child ends, fails or takes too long. */
export function asker<A extends Answers>(child: ChildProcess, who: string): Ask<A> {
  const waiting = new Map<number, (answer: Answer) => void>();
  let asked = 0;
  child.on("message", (message: unknown) => {
    if (isAnswer(message)) waiting.get(message.answerTo)?.(message);
  });
  child.once("exit", () => {
    for (const [answerTo, tell] of waiting) tell({ answerTo, error: `${who} has ended` });
  });
  return (name, ...[input]) =>
    new Promise((resolve, reject) => {
      const question = (asked += 1);
      const settle = ({ value, error }: Answer) => {
        clearTimeout(timer);
        waiting.delete(question);
        // The child answers with what its own function of that name gives.
        if (error === undefined) resolve(value as never);
        else reject(new Error(`${who}, ${name}: ${error}`));
      };
      const late = { answerTo: question, error: `no answer in ${ANSWER_WITHIN / 1000} s` };
      const timer = setTimeout(() => settle(late), ANSWER_WITHIN);
      waiting.set(question, settle);
      child.send({ question, name, input } satisfies Question, (error) => {
        if (error) settle({ answerTo: question, error: error.message });
      });
    });
}

function isQuestion(message: unknown): message is Question {
  return typeof message === "object" && message !== null && "question" in message;
}

function isAnswer(message: unknown): message is Answer {
  return typeof message === "object" && message !== null && "answerTo" in message;
}
