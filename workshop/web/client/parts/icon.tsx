const PATHS = {
  play: "M7 4.5v15l12-7.5z",
  stop: "M6.5 6.500h11v11h-11z",
  check: "M4.500 12.500l5 5 10-11",
  cross: "M6 6l12 12M18 6L6 18",
  minus: "M5 12h14",
  plus: "M5 12h14M12 5v14",
  again: "M19 12a7 7 0 1 1-2.200-5.100M19 4v4.500h-4.500",
  out: "M13.500 5H19v5.500M19 5l-8.500 8.500M16.500 14v5H5V7.500h5",
  light:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400",
  dark: "M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z",
  system: "M4 5.500h16v10.500H4zM9 20h6M12 16v4",
  bolt: "M13 3L5.500 13.500H12L11 21l7.500-10.500H12z",
  pause: "M8 5v14M16 5v14",
} as const;

export type IconName = keyof typeof PATHS;

/** A drawing beside words: it says nothing by itself. */
export function Icon({ name }: { name: IconName }) {
  const isSolid = name === "play" || name === "stop" || name === "bolt";
  return (
    <svg class={isSolid ? "icon solid" : "icon"} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The sign of the workshop: a link that is open. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 48 32" aria-hidden="true">
      <path class="mark-left" d="M19 6h-7a9 9 0 0 0 0 18h7" />
      <path class="mark-right" d="M29 9h7a9 9 0 0 1 0 18h-7" />
    </svg>
  );
}
