/** Fills bytes with random values, as `crypto.getRandomValues` does. */
export type FillRandom = (bytes: Uint8Array<ArrayBuffer>) => unknown;

/** Returns a random id of `bytes` bytes, in hex. Ids of zeros are not valid in W3C Trace Context, and are made again. */
export function randomId(bytes: 8 | 16, fill: FillRandom = (it) => crypto.getRandomValues(it)): string {
  const random = new Uint8Array(bytes);
  let id: string;
  do {
    fill(random);
    id = "";
    for (const byte of random) id += byte.toString(16).padStart(2, "0");
  } while (/^0+$/.test(id));
  return id;
}
