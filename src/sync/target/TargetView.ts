import { splitGateUrl } from "../../protocol/gateUrl.ts";
import { withoutTrailing } from "../../protocol/withoutTrailing.ts";
import {
  distinctCertificates,
  encodeBundle,
  readableCertificates,
  SYSTEM_TRUST,
  trustHash,
} from "../../trust/bundle.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { Hook } from "./Hook.ts";
import type { SyncTarget } from "./SyncTarget.ts";

/** The roots and base URLs of a target. */
export interface TargetView {
  /** All roots in its bundles. */
  readonly roots: readonly Certificate[];
  /** Hash of the roots. Undefined when the bundles of the hooks differ, or contain more than certificates. */
  readonly hash: string | undefined;
  /** Base URLs of its hooks, usually one. Undefined when a URL is not a gate's URL for this cluster. */
  readonly bases: readonly string[] | undefined;
}

/** Reads a target's bundles and URLs. */
export function viewOf({ hooks }: Pick<SyncTarget, "hooks">, { cluster }: { readonly cluster: string }): TargetView {
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

/** Undefined for a bundle that contains more than certificates. The sync writes it again. */
function hashOf(bundle: string, roots: readonly Certificate[]): string | undefined {
  if (roots.length === 0) return withoutSpace(bundle) === "" ? SYSTEM_TRUST : undefined;
  const rest = bundle
    .split(/\r?\n/)
    .filter((line) => !line.startsWith("#"))
    .join("\n");
  const clean = roots.map(({ pem }) => pem).join("");
  return withoutSpace(rest) === withoutSpace(clean) ? trustHash(roots) : undefined;
}

/** Trims as Go does. `trim` would also remove a byte order mark, and Go reads no certificate after one. */
function withoutSpace(text: string): string {
  return withoutTrailing(text.replace(/^[ \t\r\n]+/, ""), " \t\r\n");
}

/** Returns a target's hooks with other roots and another base URL. Undefined keeps the base URL of each hook. */
export function hooksWith(
  { hooks }: Pick<SyncTarget, "hooks">,
  { cluster }: { readonly cluster: string },
  { roots, base }: { roots: readonly Certificate[]; base: string | undefined },
): Hook[] {
  const bundle = encodeBundle(roots);
  return hooks.map((hook) => {
    const parts = base === undefined ? undefined : splitGateUrl(hook.url, cluster);
    return { ...hook, url: parts === undefined ? hook.url : `${base}${parts.path}`, bundle };
  });
}
