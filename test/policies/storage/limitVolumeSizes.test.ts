import { expect, it } from "vitest";
import { limitVolumeSizes } from "../../../src/policies/storage/limitVolumeSizes.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";
import { claim, request, statefulSet } from "./storageObjects.ts";

type Options = Parameters<typeof limitVolumeSizes>[0];

const most: Options = { maximum: "100Gi" };
const both: Options = { maximum: "100Gi", minimum: "1Gi" };
const FIELD = "spec.resources.requests.storage";

it.each<[what: string, options: Options, object: JsonObject, messages: string[]]>([
  ["a small claim", most, claim(request("1Mi")), []],
  ["the maximum", most, claim(request("100Gi")), []],
  ["the maximum in another unit", most, claim(request("107374182400")), []],
  [
    "a byte more",
    most,
    claim(request("107374182401")),
    [`${FIELD}: the claim requests 107374182401; request at most 100Gi`],
  ],
  ["more in decimals", most, claim(request("0.5T")), [`${FIELD}: the claim requests 0.5T; request at most 100Gi`]],
  [
    "a number",
    most,
    claim(request(200_000_000_000)),
    [`${FIELD}: the claim requests 200000000000; request at most 100Gi`],
  ],
  ["no request", most, claim({}), []],
  ["no quantity", most, claim(request("much")), [`${FIELD}: 'much' is not a quantity; write one such as 10Gi`]],
  ["the minimum", both, claim(request("1Gi")), []],
  ["less than the minimum", both, claim(request("1G")), [`${FIELD}: the claim requests 1G; request at least 1Gi`]],
  ["a StatefulSet without claims", both, statefulSet(), []],
  [
    "templates",
    both,
    statefulSet(claim(request("1Gi")), claim(request("1Ti")), claim(request("1Mi"))),
    [
      "spec.volumeClaimTemplates[1].spec.resources.requests.storage: the claim requests 1Ti; request at most 100Gi",
      "spec.volumeClaimTemplates[2].spec.resources.requests.storage: the claim requests 1Mi; request at least 1Gi",
    ],
  ],
])("limitVolumeSizes judges %s", async (_what, options, object, messages) => {
  expect(await faultsOf(limitVolumeSizes(options), object)).toEqual(messages);
});

it("limitVolumeSizes denies that a claim grows, and not another update of a large one", async () => {
  const large = claim(request("1Ti"));
  expect(await faultsOf(limitVolumeSizes(most), large, large)).toEqual([]);
  expect(await faultsOf(limitVolumeSizes(most), claim(request("2Ti")), large)).toHaveLength(1);
});

it.each(["much", "-1Gi", "0", ""])("limitVolumeSizes refuses the quantity %j", (quantity) => {
  expect(() => limitVolumeSizes({ maximum: quantity })).toThrow("options.maximum is not a quantity above zero");
  expect(() => limitVolumeSizes({ maximum: "1Gi", minimum: quantity })).toThrow("options.minimum is not a quantity");
});

it("limitVolumeSizes refuses a minimum above the maximum", () => {
  const options = { minimum: "2Gi", maximum: "1024Mi" };
  expect(() => limitVolumeSizes(options)).toThrow("options.minimum is 2Gi, more than the maximum 1024Mi");
  expect(() => limitVolumeSizes({ minimum: "1Gi", maximum: "1024Mi" })).not.toThrow();
});

it("limitVolumeSizes is native", () => {
  expect(nativeOf(limitVolumeSizes(most))).toBe("yes");
  expect(nativeOf(limitVolumeSizes(both))).toBe("yes");
});
