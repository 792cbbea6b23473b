export type ThemeName = "light" | "dark";

/** The colours of a plot. Each stands out from the ground by 4.5 to 1 at least. */
export interface Theme {
  ground: string;
  text: string;
  muted: string;
  /** Lines that help the eye and say nothing. */
  grid: string;
  /** Told apart by people who see red and green as one, too; each series has a shape besides. */
  series: readonly string[];
}

export const themes: Readonly<Record<ThemeName, Theme>> = {
  light: {
    ground: "#ffffff",
    text: "#1f2328",
    muted: "#59636e",
    grid: "#d8dee4",
    series: ["#b3380d", "#8a5a00", "#0a5fb4", "#0b6e4f", "#7b3fa0", "#a0306b", "#00707a"],
  },
  dark: {
    ground: "#0d1117",
    text: "#f0f6fc",
    muted: "#9aa4af",
    grid: "#30363d",
    series: ["#ff8f66", "#e3b341", "#6cb6ff", "#4cc9a0", "#cfa0f0", "#f58bc0", "#56d4dd"],
  },
};
