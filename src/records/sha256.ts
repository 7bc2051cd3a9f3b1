const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

const LARGE_BYTES = 64 * 1024;

/** The SHA-256 of bytes, or of a text in UTF-8. */
export async function sha256(data: Uint8Array<ArrayBuffer> | string): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof data !== "string") return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  const bytes = new TextEncoder().encode(data);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  // Buffers lie outside of the heap, and a runtime collects them late.
  if (bytes.byteLength > LARGE_BYTES) bytes.buffer.transfer(0);
  return hash;
}

/** Lower-case hex. */
export function hexOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** The bytes of lower-case hex, of an even length. Throws `TypeError` for another text. */
export function bytesOfHex(hex: string): Uint8Array<ArrayBuffer> {
  if (!/^(?:[0-9a-f]{2})*$/.test(hex)) throw new TypeError("not lower-case hex of whole bytes");
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index += 1)
    bytes[index] = Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16);
  return bytes;
}
