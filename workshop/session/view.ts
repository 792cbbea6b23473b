import { listenToKeys, type KeyInput } from "../terminal/keys.ts";
import type { Display } from "../terminal/display.ts";
import { Lines } from "../terminal/lines.ts";
import { Screen, type TerminalOutput } from "../terminal/screen.ts";
import { Controls } from "./controls.ts";
import type { Desk } from "./desk.ts";
import { footerOf } from "./footer.ts";

/** While something goes on, its time in the footer does, too. In ms. */
const TICK = 1_000;

export interface ViewOptions {
  input: KeyInput;
  output: TerminalOutput;
  /** For a screen reader, or a terminal that can only print. */
  plain: boolean;
}

/** A terminal with somebody before it. Disposing it gives the terminal back as it was. */
export interface View extends Disposable {
  display: Display;
  controls: Controls;
  plain: boolean;
  /** The desk whose state the footer shows. */
  desk: Desk | undefined;
}

/** Takes the terminal, for as long as the view is open; however the process ends, it is given back. */
export function openView({ input, output, plain }: ViewOptions): View {
  const footer = (columns: number, rows: number) => {
    const { desk, controls } = view;
    if (!desk) return [];
    const { question, remark } = controls;
    return footerOf({ desk, commands: controls.commands(), question, remark }, columns, rows);
  };
  const display = plain
    ? new Lines({ write: (text) => output.write(text), width: () => output.columns, plain })
    : new Screen(output, footer);
  const onKey = (key: string) => {
    // As without raw mode: whoever listens to the signal closes what is open.
    if (key === "ctrl-c") process.emit("SIGINT");
    else if (key === "ctrl-z") suspend();
    else view.controls.press(key);
  };
  let keys = listenToKeys(input, onKey);
  const release = () => {
    keys[Symbol.dispose]();
    display.release();
  };
  const suspend = () => {
    if (process.platform === "win32") return;
    release();
    // All that the shell has started for this command, npm among it.
    process.kill(0, "SIGTSTP");
    // Here it goes on after `fg`; at once where there is no shell that could do that.
    keys = listenToKeys(input, onKey);
    display.take();
  };
  const tick = setInterval(() => display.refresh(), TICK);
  process.on("exit", release);
  process.on("uncaughtExceptionMonitor", release);

  const view: View = {
    display,
    controls: new Controls(display),
    plain,
    desk: undefined,
    [Symbol.dispose]() {
      clearInterval(tick);
      process.off("exit", release);
      process.off("uncaughtExceptionMonitor", release);
      release();
      display[Symbol.dispose]();
    },
  };
  return view;
}
