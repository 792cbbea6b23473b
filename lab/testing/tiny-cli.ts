/** `npm run lab tiny` if there were one: for tests of what happens on Ctrl-C, and of going on. */
import { runOne } from "../frame/run.ts";
import { tiny } from "./tiny.ts";

await runOne(tiny, { size: "quick", resume: process.argv.includes("--resume") });
process.exit();
