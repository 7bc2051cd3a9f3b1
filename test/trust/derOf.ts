/** Encodes one DER value: a tag, and content of bytes, ASCII or other values. Up to 16 MiB. */
export function derOf(
  tag: number,
  ...content: readonly (Uint8Array | string | readonly number[])[]
): Uint8Array<ArrayBuffer> {
  const body = Buffer.concat(
    content.map((part) => (typeof part === "string" ? Buffer.from(part) : Uint8Array.from(part))),
  );
  const { length } = body;
  const octets = [length >> 16, (length >> 8) & 0xff, length & 0xff];
  const short = octets.slice(octets.findIndex((octet) => octet !== 0));
  const header = length < 0x80 ? [length] : [0x80 + short.length, ...short];
  return Uint8Array.from([tag, ...header, ...body]);
}
