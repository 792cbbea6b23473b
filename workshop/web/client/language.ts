import type { Guide } from "../protocol.ts";

export type Language = Guide["language"];

const KEY = "workbench:language";

/** In which language the person reads the READMEs on this page. */
export function chosenLanguage(): Language {
  return localStorage.getItem(KEY) === "ja" ? "ja" : "en";
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
}
