import { TRANSPORTS } from "./transports.js";

export const clientOptions = { transports: TRANSPORTS, closeOnBeforeunload: true };
