import { expect, it } from "vitest";
import { clusterSettings } from "../../src/gate/config/clusterSettings.ts";
import { defineGate } from "../../src/gate/config/defineGate.ts";
import { nativePolicies } from "../../src/native/nativePolicies.ts";
import { denyLabels } from "../../src/policies/index.ts";

it("the native forms of a policy have different names in each entry, also in one that is named templates", () => {
  const cluster = { identity: "none" } as const;
  const of = { policies: ["deny-labels"] };
  const gate = defineGate({
    policies: [denyLabels()],
    entries: { default: of, templates: of, other: of },
    clusters: { c: cluster },
  });
  const [form] = nativePolicies(gate, clusterSettings("c", cluster, gate, true));
  const names = form?.objects.filter(({ kind }) => kind === "ValidatingAdmissionPolicy").map((it) => it.metadata.name);
  expect(names?.sort()).toEqual([
    "deny-labels.objects.templates.postern",
    "deny-labels.other.postern",
    "deny-labels.postern",
    "deny-labels.templates.other.postern",
    "deny-labels.templates.postern",
    "deny-labels.templates.templates.postern",
  ]);
});
