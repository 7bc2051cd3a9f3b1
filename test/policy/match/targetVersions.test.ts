import { expect, it } from "vitest";
import { conversion } from "../../../src/policy/define/conversion.ts";
import type { Match } from "../../../src/policy/define/Match.ts";
import { policy } from "../../../src/policy/define/policy.ts";
import { withHubs } from "../../../src/policy/define/withHubs.ts";
import { policyTargets } from "../../../src/policy/match/policyTargets.ts";
import { targetVersions } from "../../../src/policy/match/targetVersions.ts";

const same = { toHub: (object: object) => object, fromHub: (object: object) => object };
const gadgets = conversion({
  group: "example.com",
  kind: "Gadget",
  versions: ["v1", "v2"],
  hub: "v2",
  convert: { v1: same },
});

/** Each target of validators as `group|resource/subresource versions`. */
function versionsOf(match: Match): string[] {
  const one = withHubs(policy({ name: "p", match, validate: () => undefined }), [gadgets]);
  return policyTargets(match, "validate").map((target) => {
    const { group, resource, subresource } = target;
    return `${group}|${resource}${subresource && `/${subresource}`} ${targetVersions(one, target).join("+")}`;
  });
}
const example = { apiGroups: ["example.com"] };
const alone = { ephemeralContainers: false, resize: false };

it.each<[match: Match, versions: string[]]>([
  [{ resources: ["horizontalpodautoscalers"] }, ["autoscaling|horizontalpodautoscalers v2"]],
  [
    { resources: ["cronjobs", "horizontalpodautoscalers", "flowschemas"] },
    ["batch|cronjobs v1", "autoscaling|horizontalpodautoscalers v2", "flowcontrol.apiserver.k8s.io|flowschemas v1"],
  ],
  [
    { resources: ["deployments/scale", "deployments/status"] },
    ["apps|deployments/scale v1", "apps|deployments/status v1"],
  ],
  [{ resources: ["pods"] }, ["|pods v1", "|pods/ephemeralcontainers v1", "|pods/resize v1"]],
  [{ resources: ["events"] }, ["|events v1"]],
  [{ resources: ["events"], apiGroups: ["events.k8s.io", ""] }, ["events.k8s.io|events v1", "|events v1"]],
  [
    { resources: ["horizontalpodautoscalers"], apiVersions: ["v2", "v1"] },
    ["autoscaling|horizontalpodautoscalers v1+v2"],
  ],
  [{ resources: ["horizontalpodautoscalers"], apiVersions: ["v2", "*"] }, ["autoscaling|horizontalpodautoscalers *"]],
  [{ resources: ["horizontalpodautoscalers"], apiGroups: ["*"] }, ["*|horizontalpodautoscalers *"]],
  [{ resources: ["horizontalpodautoscalers", "*"] }, ["autoscaling|horizontalpodautoscalers *", "*|* *"]],
  [{ resources: ["pods", "*/scale"], ...alone }, ["|pods v1", "*|*/scale *"]],
  [{ resources: ["deployments/scale", "*/scale"] }, ["apps|deployments/scale *", "*|*/scale *"]],
  [{ resources: ["widgets"], ...example }, ["example.com|widgets *"]],
  [{ resources: ["widgets"], apiVersions: ["v1"], ...example }, ["example.com|widgets v1"]],
  [
    { resources: ["gadgets", "gadgets/status"], ...example },
    ["example.com|gadgets v2", "example.com|gadgets/status v2"],
  ],
  [{ resources: ["gadgets"], apiVersions: ["v1"], ...example }, ["example.com|gadgets v1"]],
  [{ resources: ["gadgets"], apiGroups: ["other.com"] }, ["other.com|gadgets *"]],
  [{ resources: ["deployments"], ...example }, ["example.com|deployments *"]],
])("targetVersions returns the versions of %j", (match, versions) => {
  expect(versionsOf(match)).toEqual(versions);
});

it("withHubs returns the same policy when it names no converted resource", () => {
  const pods = policy({ name: "p", match: { resources: ["pods"] }, validate: () => undefined });
  expect(withHubs(pods, [gadgets])).toBe(pods);
});
