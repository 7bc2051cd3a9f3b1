import type { Tags } from "yaml";

/** What this file says itself, and types of YAML 1.1 that kubectl's parser does not have. */
const REPLACED = ["int", "float", "timestamp", "binary", "omap", "pairs", "set"];
/** Go reads an integer by its prefix, a leading 0 being octal; signs are allowed before all of them. */
const INTEGER = /^([-+]?)(?:(0x[0-9a-f]+)|(0b[01]+)|0o?([0-7]+)|(0|[1-9][0-9]*))$/i;
const DECIMAL = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:e[-+]?[0-9]+)?$/i;
const DATE = /^[0-9]{4}-/;
const NOT_FINITE = /^[-+]?\.inf$|^\.nan$/i;

/**
 * The tags by which kubectl reads scalars: YAML 1.1, where `yes` and `y` are true and 0777 is octal, but without
 * sexagesimals (12:30) and timestamps, which stay strings. From `resolve.go` in sigs.k8s.io/yaml (goyaml.v2); the `yaml`
 * package by itself also takes `.` and `e5` for numbers. Integers over 2^53 lose digits, as everywhere in JavaScript.
 */
export function kubectlTags(defaults: Tags): Tags {
  const kept = defaults.filter((tag) => !REPLACED.includes(tagName(tag)));
  return [
    ...kept,
    { tag: "tag:yaml.org,2002:int", default: true, test: /^[-+.0-9]/, resolve: resolveNumber },
    { tag: "tag:yaml.org,2002:float", resolve: resolveNumber },
    { tag: "tag:yaml.org,2002:binary", resolve: (text: string) => Buffer.from(text, "base64").toString() },
  ];
}

function tagName(tag: Tags[number]): string {
  return typeof tag === "string" ? tag : (tag.tag.split(":").at(-1) ?? "");
}

function resolveNumber(text: string, onError: (message: string) => void): number | string {
  if (NOT_FINITE.test(text)) {
    onError(`${text} is no number that JSON can hold`);
    return text;
  }
  if (DATE.test(text)) return text;
  // Underscores are dropped everywhere but in a number that begins with its point.
  const plain = text.startsWith(".") ? text : text.replaceAll("_", "");
  const integer = INTEGER.exec(plain);
  if (integer !== null) {
    const [, sign, hexadecimal, binary, octal, decimal] = integer;
    const value = Number(hexadecimal ?? binary ?? (octal === undefined ? decimal : `0o${octal}`));
    return sign === "-" && value !== 0 ? -value : value;
  }
  const value = DECIMAL.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(value) ? value : text;
}
