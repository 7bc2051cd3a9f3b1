import { splitGateUrl } from "../../protocol/gateUrl.ts";
import {
  distinctCertificates,
  encodeBundle,
  readableCertificates,
  SYSTEM_TRUST,
  trustHash,
} from "../../trust/bundle.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import type { Hook } from "./Hook.ts";
import type { SyncTarget } from "./SyncTarget.ts";

/** What a target says, as far as the sync goes by it. */
export interface TargetView {
  /** Every root that any of its bundles has. */
  readonly roots: readonly Certificate[];
  /** Of the roots, when all hooks have one and the same readable bundle; else undefined. */
  readonly hash: string | undefined;
  /** Where its hooks are called: mostly one. Undefined where one of them is not a gate's URL for this cluster. */
  readonly bases: readonly string[] | undefined;
}

/** Reads a target's bundles and URLs. */
export function viewOf({ hooks }: Pick<SyncTarget, "hooks">, { cluster }: SyncGoal): TargetView {
  const urls = hooks.map(({ url }) => splitGateUrl(url, cluster));
  const bundles = [...new Set(hooks.map(({ bundle }) => bundle))];
  const each = bundles.map(readableCertificates);
  const hashes = new Set(bundles.map((bundle, index) => hashOf(bundle, each[index] ?? [])));
  const [hash] = hashes.size === 1 ? hashes : [undefined];
  const known = urls.filter((url) => url !== undefined);
  return {
    roots: distinctCertificates(each.flat()),
    hash,
    bases: known.length === urls.length ? [...new Set(known.map(({ base }) => base))] : undefined,
  };
}

/** Undefined for a bundle that has more in it than certificates: it is to be written anew. */
function hashOf(bundle: string, roots: readonly Certificate[]): string | undefined {
  if (roots.length === 0) return withoutSpace(bundle) === "" ? SYSTEM_TRUST : undefined;
  const rest = bundle
    .split(/\r?\n/)
    .filter((line) => !line.startsWith("#"))
    .join("\n");
  const clean = roots.map(({ pem }) => pem).join("");
  return withoutSpace(rest) === withoutSpace(clean) ? trustHash(roots) : undefined;
}

/** As Go has it: `trim` would also take a byte order mark away, behind which Go reads no certificate. */
function withoutSpace(text: string): string {
  return text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
}

/** A target's hooks with other roots, and at another base; undefined keeps each one's own. */
export function hooksWith(
  { hooks }: Pick<SyncTarget, "hooks">,
  { cluster }: SyncGoal,
  { roots, base }: { roots: readonly Certificate[]; base: string | undefined },
): Hook[] {
  const bundle = encodeBundle(roots);
  return hooks.map((hook) => {
    const parts = base === undefined ? undefined : splitGateUrl(hook.url, cluster);
    return { ...hook, url: parts === undefined ? hook.url : `${base}${parts.path}`, bundle };
  });
}
