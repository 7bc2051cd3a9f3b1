import { expect, it } from "vitest";
import { type RateEnv, readRates } from "../../../src/hosts/rates/readRates.ts";

it.each<[what: string, env: RateEnv, cluster: object, refused: object]>([
  ["no variable", {}, { perSecond: 500, burst: 1_000 }, { perSecond: 10, burst: 100 }],
  [
    "empty variables",
    { POSTERN_CLUSTER_RATE: "", POSTERN_REFUSED_RATE: "" },
    { perSecond: 500, burst: 1_000 },
    { perSecond: 10, burst: 100 },
  ],
  [
    "both",
    { POSTERN_CLUSTER_RATE: "999999", POSTERN_REFUSED_RATE: "1" },
    { perSecond: 999_999, burst: 1_999_998 },
    { perSecond: 1, burst: 10 },
  ],
])("readRates reads %s", (_, env, cluster, refused) => {
  expect(readRates(env)).toEqual({ cluster, refused });
});

it.each(
  ["0", "-1", "1.5", "1e3", "0x10", " 5", "1000000", "many"].flatMap((text) => [
    { POSTERN_CLUSTER_RATE: text },
    { POSTERN_REFUSED_RATE: text },
  ]),
)("readRates throws for %j and names the variable", (env) => {
  expect(() => readRates(env)).toThrow(Object.keys(env)[0]);
});
