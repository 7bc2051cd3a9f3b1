import { announcedRoots } from "../../announcement/announcedRoots.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import type { Finding } from "../Finding.ts";
import type { SyncTarget } from "../target/SyncTarget.ts";
import type { SyncGoal } from "./SyncConfig.ts";

/** Limits for a source of the next goal. */
export interface NextTerms {
  /** Allowed hosts of URLs. */
  readonly hosts: readonly string[];
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** Time limit of each call. */
  readonly timeoutMs: number;
}

/** The URL and roots that come next. */
export interface NextGoal {
  /** Undefined when the source does not name a URL. */
  readonly url?: string | undefined;
  /** Names of catalogues, and fingerprints. */
  readonly roots: readonly string[];
  /** The source, for findings. */
  readonly about: string;
}

/** Returns a goal that changes no URL and removes no root, and reports the finding. See `SyncGoal.frozen`. */
export function freezeRemoval(goal: SyncGoal, finding: Finding): SyncGoal {
  return { ...goal, url: undefined, frozen: finding };
}

/**
 * Returns a goal with the next URL, and with the next roots in addition to the configured ones. A root that is in no
 * catalogue, config or bundle in force freezes the goal (`unknown-root`). System trust adds no roots.
 */
export function withNextGoal(
  goal: SyncGoal,
  targets: readonly SyncTarget[],
  { url, roots, about }: NextGoal,
): SyncGoal {
  const { trust } = goal;
  const next = { ...goal, url: url ?? goal.url };
  if (trust.mode === "system") return next;
  const bundles = new Set(targets.flatMap(({ hooks }) => hooks.map(({ bundle }) => bundle)));
  const inForce = [...bundles].flatMap(readableCertificates);
  const found = announcedRoots(roots, [...trust.roots, ...inForce]);
  if (!found.ok) {
    const { announced: _, ...before } = goal;
    return freezeRemoval(before, { code: "unknown-root", about, message: found.message });
  }
  return { ...next, trust: { mode: "pin", roots: [...trust.roots, ...found.roots] } };
}
