import { useEffect, useState } from "preact/hooks";

export const VIEWS = ["read", "checks", "app", "lens", "workers"] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  /** Undefined when the address names none: then it is the next one to do. */
  step: number | undefined;
  view: View;
}

/** `#/3/checks` */
export function addressOf(step: number, view: View): string {
  return `#/${step}/${view}`;
}

export function readRoute(hash: string): Route {
  const [, number, name] = /^#\/(\d+)(?:\/(\w+))?/.exec(hash) ?? [];
  return {
    step: number === undefined ? undefined : Number(number),
    view: VIEWS.find((view) => view === name) ?? "read",
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
