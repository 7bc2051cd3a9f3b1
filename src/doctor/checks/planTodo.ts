import type { FindingCode } from "../../sync/plan/Step.ts";

/** What to do about what stands against a sync's next step. */
export function planTodo(code: FindingCode): string {
  if (code.startsWith("announcement-")) return TODO.announcement;
  if (code === "unanchored" || code === "unknown-root") return TODO.root;
  if (code === "no-canary" || code === "no-targets") return TODO.handOver;
  if (code === "provider-failed") return TODO.provider;
  if (code === "cannot-roll-back") return TODO.byHand;
  return TODO.again;
}

const TODO = {
  announcement:
    "See that postern announce runs and publishes, and that the key in the sync's config is the public part of the one it signs with.",
  root: "If that root is meant, put it into trust.roots of the sync's config; else find out who serves it.",
  handOver: "Apply what postern render --sync prints: registrations and canary with the annotation postern.dev/sync.",
  provider: "See that the provider's credentials are there and still good; until then the last good state stays.",
  byHand: "Render and apply the registrations anew, with the right --ca and --url.",
  again: "Let the sync run again; where it says the same, follow the table in the README's section on the sync.",
} as const;
