import { readableCertificates, trustHash } from "../../trust/bundle.ts";
import { catalogue, rootCatalogues } from "../../trust/roots/catalogue.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { Finding } from "../Finding.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import { boundTimes } from "../target/boundTimes.ts";
import { type SyncTarget, targetName } from "../target/SyncTarget.ts";
import { viewOf } from "../target/TargetView.ts";

/** Each finding is an Event and a line of the report, and a bundle of 300 KB has 700 roots. */
const MAX_FINDINGS = 10;

/** The roots of a target that nobody asked for, those in use first, and since when each of them is seen, by fingerprint. */
export interface UnaskedRoots {
  readonly roots: readonly Certificate[];
  readonly since: Readonly<Record<string, number>>;
}

/**
 * The roots in force that neither the goal (config and announcement), a catalogue nor the hand-over knows, when
 * - somebody else than the sync wrote them, as far as the state tells, or
 * - a served chain ends at them (`used`, fingerprints). A root that the config does not name any more and nobody uses is
 *   only in its soak.
 *
 * The state can be forged by whoever has the sync's token. Forging it hides such a root at most while nobody uses it.
 */
export function unaskedRoots(
  target: SyncTarget,
  goal: SyncGoal,
  { now, used = new Set() }: { readonly now: number; readonly used?: ReadonlySet<string> },
): UnaskedRoots {
  const { trust } = goal;
  const { unaskedSince: before = {}, bundleHash } = target.state;
  if (trust.mode === "system") return { roots: [], since: {} };
  const asked = new Set([...trust.roots.map(({ fingerprint }) => fingerprint), ...(target.handedOver ?? [])]);
  const unknown = viewOf(target, goal).roots.filter(({ fingerprint }) => !asked.has(fingerprint));
  if (unknown.length === 0) return { roots: [], since: {} };
  const each = target.hooks.map(({ bundle }) => readableCertificates(bundle));
  const written = fingerprintsOf(each.filter((roots) => trustHash(roots) === bundleHash).flat());
  const offered = fingerprintsOf(Object.keys(rootCatalogues).flatMap(catalogue));
  const isUsed = ({ fingerprint }: Certificate): boolean => used.has(fingerprint);
  const roots = unknown
    .filter(
      (root) =>
        !offered.has(root.fingerprint) &&
        (isUsed(root) || before[root.fingerprint] !== undefined || !written.has(root.fingerprint)),
    )
    .toSorted((one, other) => Number(isUsed(other)) - Number(isUsed(one)));
  const since = Object.fromEntries(roots.map(({ fingerprint }) => [fingerprint, before[fingerprint] ?? now]));
  return { roots, since: boundTimes(since, before, used) };
}

/**
 * Whether a root is removed whatever depends on it. A registration without a record of its roots, of an older version or
 * annotated by hand, is never cut off.
 */
export function isPinned({ handedOver }: SyncTarget): boolean {
  return handedOver !== undefined;
}

/** The findings about unasked roots. `isOneBase`: whether all webhooks of the target call one base URL. */
export function unaskedFindings(
  target: SyncTarget,
  { roots, since }: UnaskedRoots,
  { soakMs, frozen, isOneBase }: SyncGoal & { readonly isOneBase: boolean },
): Finding[] {
  const whenUsed = isPinned(target)
    ? "even if a served chain still needs it"
    : "once the API server can call the gate without it";
  const findings = roots.slice(0, MAX_FINDINGS).map(({ fingerprint, subject }): Finding => {
    const seen = since[fingerprint];
    const when = seen === undefined ? "after other such roots" : `from ${new Date(seen + soakMs).toISOString()} on`;
    const removal =
      frozen !== undefined
        ? `it stays until the source of what comes next can be followed again (${frozen.code})`
        : isOneBase
          ? `the sync removes it ${when}, ${whenUsed}`
          : "it stays until all webhooks call one base URL";
    const message = `the bundle has the root ${subject.short} (sha256:${fingerprint}), which neither the config, a catalogue, the announcement nor the hand-over names: ${removal}; if it is intended, add it to trust.roots`;
    return { code: "unasked-root", about: targetName(target), message };
  });
  const more = roots.length - findings.length;
  if (more === 0) return findings;
  const message = `the bundle has ${more} more roots of this kind`;
  return [...findings, { code: "unasked-root", about: targetName(target), message }];
}

function fingerprintsOf(roots: readonly Certificate[]): ReadonlySet<string> {
  return new Set(roots.map(({ fingerprint }) => fingerprint));
}
