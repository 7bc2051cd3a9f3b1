import { expect, it } from "vitest";
import { limitExternalIps } from "../../../src/policies/network/limitExternalIps.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";
import { service } from "./networkObjects.ts";

type Options = Parameters<typeof limitExternalIps>[0];

const denied = (index: number, address: string): string =>
  `spec.externalIPs[${index}]: the address ${address} is not an allowed external IP; remove it, or use a LoadBalancer, an Ingress or a Gateway`;
const allowed: Options = { allowed: ["203.0.113.7", "2001:db8::7"] };

it.each<[what: string, options: Options, spec: JsonObject, messages: string[]]>([
  ["no list", {}, {}, []],
  ["null", {}, { externalIPs: null }, []],
  ["an empty list", {}, { externalIPs: [] }, []],
  ["an address", {}, { externalIPs: ["203.0.113.7"] }, [denied(0, "203.0.113.7")]],
  ["a LoadBalancer", {}, { type: "LoadBalancer", externalIPs: ["203.0.113.7"] }, [denied(0, "203.0.113.7")]],
  ["allowed addresses", allowed, { externalIPs: ["2001:db8::7", "203.0.113.7"] }, []],
  ["another address", allowed, { externalIPs: ["203.0.113.7", "203.0.113.8"] }, [denied(1, "203.0.113.8")]],
  ["a part of an allowed address", allowed, { externalIPs: ["203.0.113.77"] }, [denied(0, "203.0.113.77")]],
  ["two others", allowed, { externalIPs: ["8.8.8.8", "1.1.1.1"] }, [denied(0, "8.8.8.8"), denied(1, "1.1.1.1")]],
])("limitExternalIps judges %s with %j", async (_what, options, spec, messages) => {
  expect(await faultsOf(limitExternalIps(options), service(spec))).toEqual(messages);
});

it("limitExternalIps denies an added address only", async () => {
  const before = service({ externalIPs: ["8.8.8.8"] });
  const after = service({ externalIPs: ["1.1.1.1", "8.8.8.8"] });
  expect(await faultsOf(limitExternalIps(), after, before)).toEqual([denied(0, "1.1.1.1")]);
});

it.each([
  "203.0.113.0/24",
  "*",
  "a.example.com",
  "999.0.0.1",
  "203.0.113",
  "010.0.0.1",
  "1.2.3.4.",
  "2001:db8",
  "1::2::3",
  "[::1]",
  "",
  " 8.8.8.8",
])("limitExternalIps refuses to allow %j", (address) => {
  expect(() => limitExternalIps({ allowed: [address] })).toThrow("options.allowed.0 is not a single IP address");
});

it.each<Options>([{}, allowed])("limitExternalIps is native with %j", (options) => {
  expect(nativeOf(limitExternalIps(options))).toBe("yes");
});
