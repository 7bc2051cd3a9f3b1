import { expect, it } from "vitest";
import { conversion } from "../../../src/policy/define/conversion.ts";
import type { Match } from "../../../src/policy/define/Match.ts";
import { withHubs } from "../../../src/policy/define/withHubs.ts";
import { lintVersions } from "../../../src/registration/lint/lintVersions.ts";
import { validator } from "../gateFor.ts";

const gadgets = conversion({
  group: "example.com",
  kind: "Gadget",
  versions: ["v1", "v2"],
  hub: "v2",
  convert: { v1: { toHub: (object) => object, fromHub: (object) => object } },
});
const HPA = "horizontalpodautoscalers";
const typed = (which: string): string =>
  `version-not-typed judges ${HPA}.autoscaling ${which}, but the type of ctx.object is that of v2; without match.apiVersions the API server converts to v2`;

it.each<[match: Match, lints: string[]]>([
  [{ resources: ["pods", HPA, "*"] }, []],
  [{ resources: [HPA] }, []],
  [{ resources: [HPA], apiVersions: ["v2"] }, []],
  [{ resources: [HPA], apiVersions: ["v1"] }, [typed("in v1")]],
  [{ resources: [HPA], apiVersions: ["v1", "v2"] }, [typed("in v1, v2")]],
  [{ resources: [HPA], apiVersions: ["*"] }, [typed("in the version that the client chooses")]],
  [
    { resources: [HPA], apiVersions: ["v2beta2"] },
    [
      `version-not-served is never called for ${HPA}.autoscaling in v2beta2: Kubernetes serves only v2, v1; leave out match.apiVersions`,
    ],
  ],
  [
    { resources: ["cronjobs", "jobs/status"], apiVersions: ["v1beta1"] },
    [
      "version-not-served is never called for cronjobs.batch, jobs/status.batch in v1beta1: Kubernetes serves only v1; leave out match.apiVersions",
    ],
  ],
  [{ resources: ["pods"], apiVersions: ["*"] }, []],
  [{ resources: ["deployments"], apiVersions: ["v1", "v1beta1"] }, []],
  [
    { resources: ["widgets", "widgets/status"], apiGroups: ["example.com"] },
    [
      'any-version judges widgets.example.com, widgets/status.example.com in the version that the client chooses: name versions in match.apiVersions, or "*" for any',
    ],
  ],
  [{ resources: ["widgets"], apiGroups: ["example.com"], apiVersions: ["*"] }, []],
  [{ resources: ["widgets"], apiGroups: ["example.com"], apiVersions: ["v1"] }, []],
  [{ resources: ["gadgets"], apiGroups: ["example.com"] }, []],
  [{ resources: ["widgets"], apiGroups: ["*"] }, []],
  [
    { resources: ["pods"], podTemplates: [{ group: "argoproj.io", resource: "rollouts" }] },
    [
      'any-version judges rollouts.argoproj.io in the version that the client chooses: name the version in podTemplates, or "*" for any',
    ],
  ],
  [{ resources: ["pods"], podTemplates: [{ group: "argoproj.io", resource: "rollouts", version: "v1alpha1" }] }, []],
  [{ resources: ["pods"], podTemplates: [{ group: "argoproj.io", resource: "rollouts", version: "*" }] }, []],
])("lintVersions reports of %j", (match, lints) => {
  const found = lintVersions(withHubs(validator("p", match), [gadgets]));
  expect(found.map(({ code, message }) => `${code} ${message}`)).toEqual(lints);
  expect(found.every(({ severity, place }) => severity === "warning" && place === "policies.p")).toBe(true);
});
