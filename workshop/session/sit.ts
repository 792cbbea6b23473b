import { signs, words } from "../check/report.ts";
import type { Step } from "../catalog.ts";
import { flow } from "../terminal/width.ts";
import { commandsOf, type Seat } from "./commands.ts";
import { Desk, type DeskOptions } from "./desk.ts";
import { tell } from "./tell.ts";
import type { View } from "./view.ts";

/** Lets somebody work on a step until they leave it; gives the step that they go on to. */
export async function sit(view: View, options: DeskOptions): Promise<Step | undefined> {
  await using desk = new Desk(options);
  const { display, controls, plain } = view;
  let next: Step | undefined;
  let wasChecking = false;
  const seat: Seat = {
    desk,
    display,
    controls,
    plain,
    hasSeen: false,
    leave(to) {
      next = to;
      wasChecking = desk.state.phase === "checking";
      desk.end();
    },
  };
  tell(desk, display, { style: plain ? words : signs, hasKeys: true });
  desk.events.once("ready", () => {
    const keys = commandsOf(seat).map(({ key, label }) => `${key} ${label}`);
    if (!display.isLive) display.log(flow(`Keys: ${keys.join(", ")}`, display.width));
  });
  controls.commands = () => {
    if (desk.state.phase === "closing") return [];
    // Before the app has an address there is nothing to do but to leave.
    return commandsOf(seat).filter(({ key }) => desk.url || key === "q");
  };
  view.desk = desk;

  await desk.open();
  await desk.work();
  await controls.idle();
  // Its checks would go on until the one that they are in is done; those of the next step would wait.
  if (next && wasChecking) await options.tools.checker[Symbol.asyncDispose]();
  return next;
}
