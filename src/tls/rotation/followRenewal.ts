/**
 * How far apart a new revision and its certificate may arrive. The kubelet syncs each volume once a minute, from a cache that
 * is up to a minute old.
 */
export const RENEWAL_WINDOW_MS = 180_000;

/** State between two calls of {@link followRenewal}. */
export interface RenewalMemory {
  readonly revision: string;
  readonly hash: string | undefined;
  /** When the certificate changed, until a new revision is matched with it. In milliseconds since 1970. */
  readonly hashChangedAt: number | undefined;
  /** When the revision changed, until its certificate arrives. In milliseconds since 1970. */
  readonly awaitedSince: number | undefined;
}

/** Current input of {@link followRenewal}. */
export interface RenewalSighting {
  /** Content of the renewing file. Empty when the file is missing. */
  readonly content: string;
  /** Hash of the main certificate, when it could be loaded. */
  readonly hash: string | undefined;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/**
 * Whether the main certificate is being renewed. The file comes from a downwardAPI volume. It contains `true`, `false` or the
 * revision of the certificate. A changed revision means that the Secret was written and that the kubelet has yet to update
 * the volume. The two volumes change in any order.
 */
export function followRenewal(
  memory: RenewalMemory | undefined,
  { content, hash, now }: RenewalSighting,
): { readonly memory: RenewalMemory; readonly renewing: boolean } {
  const word = content.trim().toLowerCase();
  const isWord = word === "true" || word === "false" || word === "";
  const revision = isWord ? (memory?.revision ?? "") : word;
  const isNewHash = memory !== undefined && hash !== undefined && hash !== memory.hash;
  const isNewRevision = memory !== undefined && revision !== memory.revision && memory.revision !== "";
  let hashChangedAt = isNewHash ? now : memory?.hashChangedAt;
  let awaitedSince = memory?.awaitedSince;
  if (isNewRevision) awaitedSince = now;
  const isComplete =
    awaitedSince !== undefined && hashChangedAt !== undefined && now - hashChangedAt <= RENEWAL_WINDOW_MS;
  if (isComplete) {
    awaitedSince = undefined;
    hashChangedAt = undefined;
  }
  if (awaitedSince !== undefined && now - awaitedSince > RENEWAL_WINDOW_MS) awaitedSince = undefined;
  return {
    memory: { revision, hash: hash ?? memory?.hash, hashChangedAt, awaitedSince },
    renewing: word === "true" || awaitedSince !== undefined,
  };
}
