import { render } from "preact";
import { Frame } from "./frame.tsx";
import { applyTheme } from "./theme.ts";

const place = document.getElementById("workbench");
if (!place) throw new Error("The page has no place for the workbench.");
applyTheme();
// The token has become a cookie by now; nobody should copy it out of the address.
history.replaceState(null, "", `${location.pathname}${location.hash}`);
render(<Frame />, place);
