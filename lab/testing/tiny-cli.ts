/** `npm run lab tiny` if there were one: for tests of what happens on Ctrl-C, and of going on. */
import { runAll, runOne, type Wish } from "../frame/run.ts";
import { tiny } from "./tiny.ts";

const wish: Wish = { size: "quick", resume: process.argv.includes("--resume") };
if (process.argv.includes("all")) await runAll([tiny], wish, { keep: false });
else await runOne(tiny, wish);
process.exit();
