import { render } from "preact";
import { Frame } from "./frame.tsx";
import { LensOnly } from "./lens/embed.tsx";
import { applyTheme } from "./theme.ts";
import { socket } from "./use-bench.ts";

const place = document.getElementById("workbench");
if (!place) throw new Error("The page has no place for the workbench.");
if (location.pathname === "/live") {
  // The lens alone, as it stands on a slide.
  render(<LensOnly socket={socket} />, place);
} else {
  applyTheme();
  // The token has become a cookie by now; nobody should copy it out of the address.
  history.replaceState(null, "", `${location.pathname}${location.hash}`);
  render(<Frame />, place);
}
