import { expect, it } from "vitest";
import { lintIdentity } from "../../../src/cli/render/lintIdentity.ts";
import type { CheckedTier } from "../../../src/gate/config/clusterIdentity.ts";
import type { IdentityTier } from "../../../src/identity/IdentityTier.ts";
import { conversion } from "../../../src/policy/define/conversion.ts";

const widgets = conversion({ group: "example.com", kind: "Widget", versions: ["v1"], hub: "v1", convert: {} });
const none: CheckedTier = { tier: "none" };
const tierOf = (name: IdentityTier["name"]): CheckedTier => ({
  tier: {
    name,
    check: () => undefined,
    start: () => {
      throw new Error("no tier is started");
    },
  },
  settings: {},
});
const jwt = tierOf("jwt");
const ALONE = "is none: whoever reaches the gate gets its verdicts as this cluster";
const BESIDE = "has the tier none beside others: callers without a credential are accepted all the same";

it.each<[what: string, identity: CheckedTier[], url: string, message: string | undefined]>([
  ["none", [none], "https://gate.example.com", ALONE],
  ["none beside others", [jwt, none], "https://gate.example.com/hooks", BESIDE],
  ["a tier", [jwt], "https://gate.example.com", undefined],
  ["none on this machine", [none], "https://localhost:8443", undefined],
  ["none on 127.0.0.1", [none], "https://127.0.0.1", undefined],
  ["none on ::1", [none], "https://[::1]", undefined],
  ["none on a name that begins so", [none], "https://localhost.example.com", ALONE],
])("lintIdentity of %s", (_, identity, url, message) => {
  const place = "clusters.prod.identity";
  const lint = { code: "identity-none", severity: "warning", place, message };
  expect(lintIdentity({ conversions: [] }, { cluster: "prod", identity }, url)).toEqual(
    message === undefined ? [] : [lint],
  );
});

it.each<[what: string, identity: CheckedTier[], code: string | undefined]>([
  ["a token", [tierOf("jwt")], "conversions-refused"],
  ["a certificate or a token", [tierOf("client-certificate"), tierOf("jwt")], "conversions-refused"],
  ["a capability", [tierOf("capability")], undefined],
  ["a token or a capability", [tierOf("jwt"), tierOf("capability")], undefined],
  ["none", [none], "identity-none"],
])("lintIdentity of a gate with conversions, for a cluster with %s", (_, identity, code) => {
  const found = lintIdentity({ conversions: [widgets] }, { cluster: "prod", identity }, "https://gate.example.com");
  expect(found.map((lint) => lint.code)).toEqual(code === undefined ? [] : [code]);
});
