import type { Tags } from "yaml";
import { exactInteger } from "../../protocol/json/exactInteger.ts";

/** Tags that this file replaces, and types of YAML 1.1 that the parser of kubectl does not have. */
const REPLACED = ["int", "float", "timestamp", "binary", "omap", "pairs", "set"];
/** Integers with the prefixes of Go; a leading 0 means octal. A sign may precede each. */
const INTEGER = /^([-+]?)(?:(0x[0-9a-f]+)|(0b[01]+)|0o?([0-7]+)|(0|[1-9][0-9]*))$/i;
const DECIMAL = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:e[-+]?[0-9]+)?$/i;
const DATE = /^[0-9]{4}-/;
const NOT_FINITE = /^[-+]?\.inf$|^\.nan$/i;

/**
 * Tags for reading scalars as kubectl does: YAML 1.1, where `yes` and `y` are true and 0777 is octal. Sexagesimals
 * (12:30) and timestamps stay strings. Source: `resolve.go` in sigs.k8s.io/yaml (goyaml.v2). Without these tags, the
 * `yaml` package also reads `.` and `e5` as numbers. An int64 beyond 2^53 is a bigint, as in the reviews of a gate.
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

function resolveNumber(text: string, onError: (message: string) => void): number | bigint | string {
  if (NOT_FINITE.test(text)) {
    onError(`${text} is a number that JSON does not have`);
    return text;
  }
  if (DATE.test(text)) return text;
  // Underscores are removed, except in a number that begins with its decimal point.
  const plain = text.startsWith(".") ? text : text.replaceAll("_", "");
  const integer = INTEGER.exec(plain);
  if (integer !== null) {
    const [, sign, hexadecimal, binary, octal, decimal] = integer;
    const digits = BigInt(hexadecimal ?? binary ?? (octal === undefined ? (decimal ?? 0) : `0o${octal}`));
    const value = sign === "-" ? -digits : digits;
    if (BigInt.asIntN(64, value) === value || BigInt.asUintN(64, value) === value) return exactInteger(value);
  }
  const value = DECIMAL.test(plain) ? Number(plain) : Number.NaN;
  if (!Number.isFinite(value)) return text;
  // Go writes a float64 below 1e21 without an exponent, and the API server reads it as an integer.
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? exactInteger(BigInt(String(value))) : value;
}
