import { announcedRoots } from "../../announcement/announcedRoots.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import type { Finding } from "../plan/Step.ts";
import type { SyncTarget } from "../target/SyncTarget.ts";
import type { SyncGoal } from "./SyncConfig.ts";

/** What whoever asks for what comes next is held to. */
export interface NextTerms {
  /** Hosts that URLs may be on. */
  readonly hosts: readonly string[];
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** For each call. In milliseconds. */
  readonly timeout: number;
}

/** What is to come. */
export interface NextGoal {
  /** Undefined where nothing is said of it. */
  readonly url?: string | undefined;
  /** Names of catalogues and fingerprints. */
  readonly roots: readonly string[];
  /** Who says so, for findings. */
  readonly about: string;
}

/** A goal that leaves URLs and unused roots as they are, and says why. */
export function hold(goal: SyncGoal, finding: Finding): SyncGoal {
  return { ...goal, url: undefined, hold: finding };
}

/**
 * A goal with another URL, and with roots beside its own. A root that is neither in a catalogue nor in the config or in a
 * bundle that is in force holds it. Where the roots of the API server's host are to count, no others are added.
 */
export function toward(goal: SyncGoal, targets: readonly SyncTarget[], { url, roots, about }: NextGoal): SyncGoal {
  const { trust } = goal;
  const next = { ...goal, url: url ?? goal.url };
  if (trust.mode === "system") return next;
  const bundles = new Set(targets.flatMap(({ hooks }) => hooks.map(({ bundle }) => bundle)));
  const inForce = [...bundles].flatMap(readableCertificates);
  const found = announcedRoots(roots, [...trust.roots, ...inForce]);
  if (!found.ok) {
    const { announced: _, ...before } = goal;
    return hold(before, { code: "unknown-root", about, message: found.message });
  }
  return { ...next, trust: { mode: "pin", roots: [...trust.roots, ...found.roots] } };
}
