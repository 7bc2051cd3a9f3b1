import { compareQuantities, multipleRange } from "../../policy/quantity/compareQuantities.ts";
import { type CelValue, plain } from "./CelValue.ts";
import { NotNativeError } from "./NotNativeError.ts";

/** `ParseQuantity` (k8s.io/apimachinery) takes a suffix without a number for zero. */
const HAS_NUMBER = "'^[+-]?[.]?[0-9]'";

const ONE: CelValue = { kind: "constant", value: 1 };

/** `compareQuantities(a, b, times)` of a scope, in the quantity library of Kubernetes' CEL. */
export function compareQuantitiesCel(args: readonly CelValue[]): CelValue {
  const [left, right, multiple = ONE, ...more] = args;
  if (left === undefined || right === undefined || more.length > 0)
    throw new NotNativeError("compareQuantities takes two quantities");
  const times = multiple.kind === "constant" ? multiple.value : undefined;
  if (typeof times !== "number") throw new NotNativeError("compareQuantities takes a multiple that is a constant");
  if (left.kind === "constant" && right.kind === "constant")
    return { kind: "constant", value: compareQuantities(left.value, right.value, times) };
  for (const it of [left, right])
    if (it.kind === "constant" && Number.isNaN(compareQuantities(it.value, "0")))
      return { kind: "constant", value: Number.NaN };
  const present = [left, right].flatMap((it) => {
    if (it.kind === "constant") return [];
    const text = textOf(it);
    const isQuantity = [`isQuantity(${text})`, `${text}.matches(${HAS_NUMBER})`];
    return it.kind === "optional" ? [`${it.cel}.hasValue()`, ...isQuantity] : isQuantity;
  });
  return {
    kind: "maybe-number",
    present: `(${present.join(" && ")})`,
    cel:
      times === 1 ? `quantity(${textOf(left)}).compareTo(quantity(${textOf(right)}))` : multipleCel(left, right, times),
  };
}

function multipleCel(left: CelValue, right: CelValue, times: number): string {
  const [one, other] = [left, right].map((it) => `quantity(${textOf(it)}).asApproximateFloat()`);
  const [least, most] = multipleRange(times).map((factor) => `double('${factor}')`);
  return `(${one} > ${other} * ${most} ? 1 : (${one} < ${other} * ${least} ? -1 : 0))`;
}

/** A quantity may be a number. */
function textOf(value: CelValue): string {
  if (value.kind === "constant") return plain({ kind: "constant", value: String(value.value) });
  return value.kind === "value" && value.type === "string" ? value.cel : `string(${plain(value)})`;
}
