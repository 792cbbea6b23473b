import { useEffect, useState } from "preact/hooks";

/** `both`: the app and the lens side by side. */
export const VIEWS = ["read", "checks", "app", "lens", "both", "workers"] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  /** Undefined when the address names none: then it is the next one to do. */
  step: number | undefined;
  view: View;
  /** The part of a README to begin with. */
  section: string | undefined;
}

/** `#/3/checks`, `#/3/read/why-it-works` */
export function addressOf(step: number, view: View, section?: string): string {
  return `#/${step}/${view}${section ? `/${section}` : ""}`;
}

export function readRoute(hash: string): Route {
  const [, number, name, section] = /^#\/(\d+)(?:\/(\w+))?(?:\/(.+))?/.exec(hash) ?? [];
  return {
    step: number === undefined ? undefined : Number(number),
    view: VIEWS.find((view) => view === name) ?? "read",
    section,
  };
}

/** Where the person is; changes with the address. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const onChange = () => setHash(location.hash);
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, []);
  return readRoute(hash);
}
