import { describe, expect, it } from "vitest";
import type { KubernetesObject } from "../../../src/policy/define/ResourceTypes.ts";
import { convert, gateway, gateways } from "./gatewayConversion.ts";

describe("runConversion keeps the digits of integers", () => {
  const MAX = 9223372036854775807n;
  it.each<[what: string, from: string, spec: object, to: string, converted: object]>([
    ["that a converter moves", "v1", { host: MAX, other: [-MAX] }, "v1beta1", { hostname: MAX, other: [-MAX] }],
    ["through both converters", "v1beta1", { hostname: 2n ** 60n }, "v1alpha1", { address: 2n ** 60n }],
    ["of an object that has the version already", "v1", { host: MAX }, "v1", { host: MAX }],
    ["that are floats for the API server", "v1", { host: 1e17, x: 2 ** 63 }, "v1beta1", { hostname: 1e17, x: 2 ** 63 }],
  ])("%s", (_what, from, spec, to, converted) => {
    expect(convert([gateway(from, spec)], `example.com/${to}`).outcome).toStrictEqual({
      converted: true,
      objects: [gateway(to, converted)],
    });
  });

  const nanos = 1764324000123456787n;
  it.each<[what: string, change: (value: bigint) => unknown, reason: string, logged: number]>([
    [
      "makes a number of one",
      Number,
      ": /spec/n is a number beyond 2^53, which may be rounded: such an integer must be a bigint",
      0,
    ],
    [
      "divides and rounds one",
      (value) => Math.round(Number(value) / 10),
      ": /spec/n is a number beyond 2^53, which may be rounded: such an integer must be a bigint",
      0,
    ],
    [
      "calculates with one as with a number",
      (value) => Number(2) * Object(value),
      " failed; the gate's log has the error",
      1,
    ],
    [
      "multiplies one beyond int64",
      (value) => value * 10n,
      ": /spec/n is a bigint beyond int64, which the API server would round",
      0,
    ],
  ])("or refuses a converter by its name that %s", (_what, change, reason, logged) => {
    const fromHub = (object: KubernetesObject) => ({ ...object, spec: { n: change(Object(object.spec).n) } });
    const result = convert([gateway("v1", { n: nanos })], "example.com/v1beta1", gateways({ fromHub }));
    expect(result.outcome).toEqual({
      converted: false,
      message: `objects[0], Gateway n/a, to example.com/v1beta1: the converter v1beta1.fromHub${reason}`,
    });
    expect(result.logged).toHaveLength(logged);
  });

  it.each<[what: string, change: (value: bigint) => unknown, result: unknown]>([
    ["calculates with bigints", (value) => value + 1n, nanos + 1n],
    ["makes it small", (value) => value / 1_000_000_000n, 1764324000],
    ["makes it text", String, "1764324000123456787"],
    ["makes it a number with a fraction", (value) => Number(value) / 1e10, 176432400.01234567],
  ])("for a converter that %s", (_what, change, result) => {
    const fromHub = (object: KubernetesObject) => ({ ...object, spec: { n: change(Object(object.spec).n) } });
    const { outcome } = convert([gateway("v1", { n: nanos })], "example.com/v1beta1", gateways({ fromHub }));
    expect(outcome).toStrictEqual({ converted: true, objects: [gateway("v1beta1", { n: result })] });
  });
});
