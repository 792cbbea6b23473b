/** The tag of checks that break something on purpose: they take their time, and come last. */
export const FAULT = "fault";
