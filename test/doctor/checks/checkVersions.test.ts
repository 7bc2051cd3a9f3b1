import { expect, it } from "vitest";
import { checkVersions } from "../../../src/doctor/checks/checkVersions.ts";
import { doctorCa, registrations, viewOf } from "../doctorView.ts";

const SERVED = new Map([
  ["", ["v1"]],
  ["autoscaling", ["v1"]],
  ["flowcontrol.apiserver.k8s.io", ["v1beta3"]],
]);

/** The findings of a registration with a rule for one resource. */
async function findingsOf(
  apiGroup: string,
  apiVersions: string[],
  resource: string,
  served = SERVED,
): Promise<string[]> {
  const ca = await doctorCa("edge");
  const rule = { apiGroups: [apiGroup], apiVersions, operations: ["CREATE"], resources: [resource], scope: "*" };
  const changed = await registrations(ca.root, (object) => ({
    ...object,
    webhooks: [
      { name: "a.b.c", clientConfig: { url: "https://gate.example.com/c/production/validate" }, rules: [rule] },
    ],
  }));
  const view = await viewOf(ca, { registrations: changed.slice(0, 1), served });
  return checkVersions(view).map(({ code, message }) => `${code}: ${message}`);
}

const found = (what: string): string[] => [
  `version-not-served: its webhook a.b.c has rules for ${what}, which this cluster does not serve: the gate is not called for it`,
];

it.each<[group: string, versions: string[], resource: string, findings: string[]]>([
  ["", ["v1"], "pods", []],
  ["autoscaling", ["v2"], "horizontalpodautoscalers", found("horizontalpodautoscalers in autoscaling/v2")],
  ["autoscaling", ["v1", "v2"], "horizontalpodautoscalers", []],
  ["autoscaling", ["*"], "horizontalpodautoscalers", []],
  [
    "flowcontrol.apiserver.k8s.io",
    ["v1"],
    "flowschemas/status",
    found("flowschemas/status in flowcontrol.apiserver.k8s.io/v1"),
  ],
  ["example.com", ["v1"], "widgets", []],
  ["*", ["v1"], "pods", []],
  ["autoscaling", ["v2"], "*", []],
])("checkVersions reads rules for the group %j in %j on %s", async (group, versions, resource, findings) => {
  expect(await findingsOf(group, versions, resource)).toEqual(findings);
});

it("checkVersions reports nothing where the served versions are unknown", async () => {
  const ca = await doctorCa("edge");
  expect(checkVersions(await viewOf(ca, { served: undefined }))).toEqual([]);
});
