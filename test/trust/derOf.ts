/** Encodes one DER value: a tag, and content of bytes, ASCII or other values. Up to 65,535 bytes. */
export function derOf(
  tag: number,
  ...content: readonly (Uint8Array | string | readonly number[])[]
): Uint8Array<ArrayBuffer> {
  const body = Buffer.concat(
    content.map((part) => (typeof part === "string" ? Buffer.from(part) : Uint8Array.from(part))),
  );
  const { length } = body;
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Uint8Array.from([tag, ...header, ...body]);
}
