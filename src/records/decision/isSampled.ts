/** Whether a review belongs to a sample. The same uid always does or never does, in each gate and for each call. `rate` is from 0 to 1. */
export function isSampled(uid: string, rate: number): boolean {
  return hashOf(uid) < rate * 2 ** 32;
}

/** FNV-1a with 32 bits, and the finalizer of MurmurHash3, which spreads its upper bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
