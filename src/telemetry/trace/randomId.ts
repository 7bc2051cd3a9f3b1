/** Returns a random id of 8 or 16 bytes, in hex. It is not zero, which W3C Trace Context does not accept. */
export function randomId(bytes: 8 | 16): string {
  const id = crypto.randomUUID().replaceAll("-", "");
  // Version and variant, which are not random, are in the middle. A UUID has no eight bytes of zeros on both sides.
  return bytes === 16 ? id : id.slice(0, 12) + id.slice(-4);
}
