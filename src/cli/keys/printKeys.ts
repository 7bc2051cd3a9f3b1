import { type CapabilityAlgorithm, type CapabilityKey, utcSeconds } from "../../identity/capability/readKeySet.ts";
import type { Output } from "../terminal/Terminal.ts";
import { type KeyRole, keyRole } from "./keyRole.ts";

/** A key in a report: nothing of it is secret. */
export interface ReportedKey {
  readonly kid: string;
  readonly algorithm: CapabilityAlgorithm;
  readonly role: KeyRole | "dropped";
  /** When it got the role, or may have signed last; absent where the file does not say. */
  readonly since?: string;
  /** Only of `verifies`: when its last capability has ended. */
  readonly until?: string;
}

/** The keys of a set in a report, and those that left it. */
export function reportedKeys(keys: readonly CapabilityKey[], dropped: readonly CapabilityKey[] = []): ReportedKey[] {
  return [
    ...keys.map((key, index) => reported(key, keyRole(key, index))),
    ...dropped.map((key) => reported(key, "dropped")),
  ];
}

function reported({ kid, alg, sinceMs, untilMs }: CapabilityKey, role: ReportedKey["role"]): ReportedKey {
  return {
    kid,
    algorithm: alg,
    role,
    ...(sinceMs === undefined ? {} : { since: utcSeconds(sinceMs) }),
    ...(untilMs === undefined ? {} : { until: utcSeconds(untilMs) }),
  };
}

/** Prints keys as a table. */
export function printKeys(output: Output, keys: readonly ReportedKey[]): void {
  const width = Math.max(3, ...keys.map(({ kid }) => kid.length));
  output.write(`${"kid".padEnd(width)}  algorithm  role\n`);
  for (const key of keys) output.write(`${key.kid.padEnd(width)}  ${key.algorithm.padEnd(9)}  ${roleText(key)}\n`);
}

function roleText({ role, since, until }: ReportedKey): string {
  if (role === "signs") return since === undefined ? "signs" : `signs since ${since}`;
  if (role === "next") return since === undefined ? "next" : `next, known since ${since}`;
  if (role === "dropped") return "dropped: its last capability has ended";
  return until === undefined ? "verifies" : `verifies until ${until}`;
}
