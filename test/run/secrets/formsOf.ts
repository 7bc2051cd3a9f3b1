/** The forms in which a program may repeat a text: as it is, in base64 and base64url at any offset, in hex, and URL-encoded. */
export function formsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  // Base64 has three spellings of the same bytes, by their offset in what was encoded. Its ends depend on what stands beside.
  const base64 = ["", "\0", "\0\0"].map((before) => {
    const encoded = Buffer.from(before + text)
      .toString("base64")
      .replaceAll("=", "");
    return encoded.slice(before === "" ? 0 : before.length + 1, -1);
  });
  const hex = bytes.toString("hex");
  return [
    ...new Set([
      text,
      ...base64,
      ...base64.map((it) => it.replaceAll("+", "-").replaceAll("/", "_")),
      hex,
      encodeURIComponent(text),
      hex.replace(/../g, "%$&"),
    ]),
  ];
}
