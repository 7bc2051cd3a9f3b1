import fc from "fast-check";

/** Characters that break PEM, or that look as if they did not. */
const STRAYS = [
  ..." \t\r\n\v\f-=:A/+_\0#",
  "\r\n",
  "\n\n",
  "  ",
  "\u00a0",
  "\u2028",
  "\ufeff",
  "é",
  "-----",
  "-----BEGIN ",
  "\n-----END ",
  "Proc-Type: 4,CLEAR\n",
  "AAAA",
];

/** A change of one line of a bundle. */
const LINE_CHANGES: readonly ((line: string) => string)[] = [
  (line) => ` ${line}`,
  (line) => `\t${line}`,
  (line) => `${line} `,
  (line) => `${line}\t \t`,
  (line) => `${line}\r`,
  (line) => `${line}\r\r`,
  (line) => `${line}\v`,
  (line) => `${line}\u00a0`,
  (line) => `${line}x`,
  (line) => `${line}:`,
  (line) => `a: b\n${line}`,
  (line) => `${line}\na: b`,
  (line) => `\n${line}`,
  (line) => `${line}\n${line}`,
  (line) => `\ufeff${line}`,
  (line) => `${line}\0`,
  () => "",
  (line) => line.toLowerCase(),
  (line) => line.slice(1),
  (line) => line.slice(0, -1),
  (line) => line.replace("CERTIFICATE", "X509 CERTIFICATE"),
  (line) => line.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
  (line) => line.replace("CERTIFICATE", "CERTIFICATE "),
  (line) => line.replace("-----", "----"),
  (line) => line.replace("-----", "------"),
  (line) => line.replaceAll("=", ""),
  (line) => `${line}=`,
  (line) => line.replaceAll("+", "-").replaceAll("/", "_"),
  (line) => `${line.slice(0, 20)}\n${line.slice(20)}`,
  (line) => `${line.slice(0, 20)} \t${line.slice(20)}`,
  (line) => `-----BEGIN CERTIFICATE-----\n${line}`,
  (line) => `${line}\n-----END CERTIFICATE-----`,
];

/** A change of all lines. */
const TEXT_CHANGES: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replaceAll("\n", "\r\n"),
  (text) => text.replaceAll("\n", "\r"),
  (text) => text.replaceAll("\n", " \n"),
  (text) => text.replaceAll("\n", "\t\r\n"),
  (text) => text.replaceAll("\n", "\n "),
  (text) => text.trimEnd(),
  (text) => `\n${text}`,
  (text) => `# roots\n${text}# end`,
  (text) => text.replace(/([A-Za-z0-9+/=])\n(?=[A-Za-z0-9+/])/g, "$1"),
  (text) => text.replace(/([A-Za-z0-9+/]{76})/g, "$1\n"),
];

/** Bundles of these PEM blocks, most of them damaged: in one place, in one or two lines, in all of them, or in the DER. */
export function anyBundle(blocks: readonly string[]): fc.Arbitrary<Buffer> {
  const whole = fc.array(fc.constantFrom(...blocks), { minLength: 1, maxLength: 3 }).map((it) => it.join(""));
  const place = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    what: fc.constantFrom(...STRAYS, ""),
    dropped: fc.nat(3),
  });
  const inText = fc.tuple(whole, fc.array(place, { minLength: 1, maxLength: 2 })).map(([text, places]) =>
    places.reduce((damaged, { at, what, dropped }) => {
      const start = Math.floor(at * damaged.length);
      return damaged.slice(0, start) + what + damaged.slice(start + dropped);
    }, text),
  );
  // Half of the changes meet a line that begins or ends a block.
  const line = fc.record({ at: fc.nat(), change: fc.constantFrom(...LINE_CHANGES), isEdge: fc.boolean() });
  const inLines = fc.tuple(whole, fc.array(line, { minLength: 1, maxLength: 2 })).map(([text, changes]) =>
    changes.reduce((damaged, { at, change, isEdge }) => {
      const lines = damaged.split("\n");
      const edges = [...lines.keys()].filter((index) => lines[index]?.includes("-----"));
      const index = (isEdge ? edges[at % Math.max(edges.length, 1)] : undefined) ?? at % lines.length;
      return lines.with(index, change(lines[index] ?? "")).join("\n");
    }, text),
  );
  const inAll = fc
    .tuple(fc.oneof(whole, inLines), fc.constantFrom(...TEXT_CHANGES))
    .map(([text, change]) => change(text));
  const inDer = fc
    .tuple(fc.constantFrom(...blocks), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255))
    .map(([block, at, value]) => {
      const der = Buffer.from(block.split("\n").slice(1, -2).join(""), "base64");
      der[Math.min(Math.floor(at * der.length), der.length - 1)] = value;
      return `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----\n`;
    });
  const text = fc.oneof(
    { weight: 3, arbitrary: inText },
    { weight: 4, arbitrary: inLines },
    { weight: 2, arbitrary: inAll },
    { weight: 3, arbitrary: inDer },
  );
  const rawByte = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    byte: fc.integer({ min: 0x80, max: 0xff }),
  });
  return fc.tuple(text, fc.option(rawByte, { freq: 8 })).map(([given, raw]) => {
    const bytes = Buffer.from(given);
    if (raw !== null && bytes.length > 0)
      bytes[Math.min(Math.floor(raw.at * bytes.length), bytes.length - 1)] = raw.byte;
    return bytes;
  });
}
