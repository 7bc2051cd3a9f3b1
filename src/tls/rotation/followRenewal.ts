/**
 * For how long a new revision and a new certificate are taken to belong together, and a revision without its certificate to
 * be on its way: the kubelet looks at each volume once a minute, from a cache of up to a minute. In milliseconds.
 */
export const RENEWAL_WINDOW = 180_000;

/** What is remembered from one look to the next. Times in milliseconds since 1970. */
export interface RenewalMemory {
  readonly revision: string;
  readonly hash: string | undefined;
  /** When the certificate changed, while no revision has been found to go with it. */
  readonly hashChanged: number | undefined;
  /** When the revision changed, while its certificate has not come. */
  readonly awaited: number | undefined;
}

/** What is seen now. */
export interface RenewalSighting {
  /** What the file says; nothing where it is not there. */
  readonly content: string;
  /** Of the main certificate, where it could be loaded. */
  readonly hash: string | undefined;
  readonly now: number;
}

/**
 * Whether the main certificate is being renewed. The file, of a downwardAPI volume, says so itself (`true`), or holds the
 * certificate's revision: a revision other than before says that the Secret was written, and that the kubelet has yet to
 * bring it. The two volumes change in any order.
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
  let hashChanged = isNewHash ? now : memory?.hashChanged;
  let awaited = memory?.awaited;
  if (isNewRevision) awaited = now;
  const isMet = awaited !== undefined && hashChanged !== undefined && now - hashChanged <= RENEWAL_WINDOW;
  if (isMet) {
    awaited = undefined;
    hashChanged = undefined;
  }
  if (awaited !== undefined && now - awaited > RENEWAL_WINDOW) awaited = undefined;
  return {
    memory: { revision, hash: hash ?? memory?.hash, hashChanged, awaited },
    renewing: word === "true" || awaited !== undefined,
  };
}
