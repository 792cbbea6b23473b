import type { Display } from "../terminal/display.ts";
import type { Command } from "./commands.ts";
import { messageOf } from "../failure.ts";

interface Question {
  text: string;
  yes: () => void;
}

/**
 * Where keys go: to the page that is open, to the question that is open, else to a command. A
 * question is opened by the key that asks it, before the next key is looked at: so no key is taken
 * for an answer that was meant for something else.
 */
export class Controls {
  /** What can be done at the moment. */
  commands: () => readonly Command[] = () => [];
  readonly #display: Display;
  #question: Question | undefined;
  #remark: string | undefined;
  #acts: Promise<void> = Promise.resolve();

  constructor(display: Display) {
    this.#display = display;
  }

  get question(): string | undefined {
    return this.#question?.text;
  }

  get remark(): string | undefined {
    return this.#remark;
  }

  press(key: string): void {
    this.#remark = undefined;
    if (this.#display.isPaging) this.#display.press(key);
    else if (this.#question) this.#answer(key, this.#question);
    else this.#command(key);
    this.#display.refresh();
  }

  /** Asks whether to do something. Only y does it; n and Escape do not, and other keys ask again. */
  ask(text: string, yes: () => void): void {
    this.#question = { text, yes };
    if (!this.#display.isLive) this.#display.log(`${text} Press y for yes, n for no.`);
    this.#display.refresh();
  }

  /** Does what takes its time, one after the other; what goes wrong is said. */
  act(what: () => Promise<void>): void {
    this.#acts = this.#acts
      .then(what)
      .catch((error: unknown) => this.#display.log(messageOf(error)));
  }

  /** Waits until all that was begun is done. */
  async idle(): Promise<void> {
    await this.#acts;
  }

  #answer(key: string, { text, yes }: Question): void {
    const letter = key.toLowerCase();
    if (letter !== "y" && letter !== "n" && key !== "escape") {
      if (!this.#display.isLive) this.#display.log(`${text} Press y for yes, n for no.`);
      return;
    }
    this.#question = undefined;
    if (!this.#display.isLive) this.#display.log(letter === "y" ? "Yes." : "No.");
    if (letter === "y") this.#attempt(yes);
  }

  #command(key: string): void {
    const command = this.commands().find((each) => each.key === key.toLowerCase());
    if (command) this.#attempt(command.run);
    // Arrows, Return and the like are pressed by habit; nobody needs to be told.
    else if (key.length === 1 && key !== " ") this.#pointToHelp(key);
  }

  #attempt(what: () => void): void {
    try {
      what();
    } catch (error) {
      this.#display.log(messageOf(error));
    }
  }

  #pointToHelp(key: string): void {
    this.#remark = `${key} does nothing here: ? shows the keys`;
    if (!this.#display.isLive) this.#display.log(`${this.#remark}.`);
  }
}
