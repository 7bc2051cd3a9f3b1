import { expect, it } from "vitest";
import { limitUserIds } from "../../../src/policies/security/limitUserIds.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const of = (securityContext: unknown): JsonObject => ({ securityContext });
const ANY = "1 to 2147483647";
const has = (field: string, value: number, ranges = ANY, path = "spec.containers[0]"): string =>
  `${path}.securityContext.${field}: container 'web', by its own setting or that of the Pod, has the ${field} ${value}, which is not in ${ranges}`;
const lacks = (field: string, ranges = ANY): string =>
  `spec.containers[0].securityContext.${field}: container 'web', or its Pod, must set ${field} to an id in ${ranges}`;
const range = { min: 1000, max: 1999 };

type Options = Parameters<typeof limitUserIds>[0];
it.each<[what: string, options: Options, object: JsonObject, messages: readonly string[]]>([
  ["no ids", {}, podOf({}), []],
  ["ids of null", {}, podOf(of({ runAsUser: null }), of({ fsGroup: null, supplementalGroups: null })), []],
  [
    "ids above 0",
    {},
    podOf(of({ runAsUser: 1, runAsGroup: 2147483647 }), of({ fsGroup: 1, supplementalGroups: [1, 2] })),
    [],
  ],
  [
    "the user and the group 0",
    {},
    podOf(of({ runAsUser: 0, runAsGroup: 0 })),
    [has("runAsUser", 0), has("runAsGroup", 0)],
  ],
  ["those of the Pod", {}, podOf({}, of({ runAsUser: 0, runAsGroup: 0 })), [has("runAsUser", 0), has("runAsGroup", 0)]],
  [
    "a container with others than its Pod",
    {},
    podOf(of({ runAsUser: 1, runAsGroup: 1 }), of({ runAsUser: 0, runAsGroup: 0 })),
    [],
  ],
  [
    "groups of the Pod",
    {},
    podOf({}, of({ fsGroup: 0, supplementalGroups: [5, 0] })),
    [
      `spec.securityContext.fsGroup: the Pod has the fsGroup 0, which is not in ${ANY}`,
      `spec.securityContext.supplementalGroups[1]: the Pod has the group 0, which is not in ${ANY}`,
    ],
  ],
  [
    "ids at the ends of a range",
    { runAsUser: [range] },
    podOf(of({ runAsUser: 1000 }), { ephemeralContainers: [{ name: "web", ...of({ runAsUser: 1999 }) }] }),
    [],
  ],
  [
    "an id below a range",
    { runAsUser: [range] },
    podOf(of({ runAsUser: 999 })),
    [has("runAsUser", 999, "1000 to 1999")],
  ],
  [
    "an id above a range",
    { runAsGroup: [range] },
    podOf(of({ runAsGroup: 2000 })),
    [has("runAsGroup", 2000, "1000 to 1999")],
  ],
  ["an id in the second range", { runAsUser: [range, { min: 0, max: 0 }] }, podOf(of({ runAsUser: 0 })), []],
  [
    "a group outside of its range",
    { supplementalGroups: [range] },
    podOf({}, of({ supplementalGroups: [7] })),
    ["spec.securityContext.supplementalGroups[0]: the Pod has the group 7, which is not in 1000 to 1999"],
  ],
  [
    "what is required",
    { required: ["runAsUser", "runAsGroup", "fsGroup"], fsGroup: [range] },
    podOf({}),
    [
      lacks("runAsUser"),
      lacks("runAsGroup"),
      "spec.securityContext.fsGroup: the Pod must set fsGroup to an id in 1000 to 1999",
    ],
  ],
  ["what is required, of the Pod", { required: ["runAsUser"] }, podOf({}, of({ runAsUser: 5 })), []],
  [
    "a Windows Pod, which has no ids",
    { required: ["runAsUser", "fsGroup"] },
    podOf({}, { os: { name: "windows" } }),
    [],
  ],
  ["an exempt image", { exemptImages: ["web:*"] }, podOf({}, of({ runAsUser: 0 })), []],
  [
    "the template of a Deployment",
    {},
    deploymentOf(podOf(of({ runAsUser: 0 }))),
    [has("runAsUser", 0, ANY, "spec.template.spec.containers[0]")],
  ],
])("limitUserIds on %s", async (_what, options, object, messages) => {
  expect((await faultsOf(limitUserIds(options), object)).sort()).toEqual([...messages].sort());
});

it("limitUserIds refuses what is no id", () => {
  expect(() => limitUserIds({ runAsUser: [{ min: -1, max: 5 }] })).toThrow("options.runAsUser.0.min");
  expect(() => limitUserIds({ fsGroup: [{ min: 0, max: 2147483648 }] })).toThrow("options.fsGroup.0.max");
  expect(() => limitUserIds({ runAsGroup: [{ min: 5, max: 4 }] })).toThrow(
    "options.runAsGroup.0 has a min above its max",
  );
});

it.each(["runAsUser", "runAsGroup", "fsGroup"] as const)(
  "limitUserIds refuses to require %s and allow none",
  (field) => {
    expect(() => limitUserIds({ [field]: [], required: [field] })).toThrow(
      `options.${field} is empty, but an id is required: no Pod could be created`,
    );
  },
);

it("limitUserIds says of ids that none is allowed", async () => {
  const policy = limitUserIds({ runAsUser: [], fsGroup: [], supplementalGroups: [] });
  expect(await faultsOf(policy, podOf({}, of({ runAsUser: 5, fsGroup: 6, supplementalGroups: [7] })))).toEqual([
    "spec.containers[0].securityContext.runAsUser: container 'web', by its own setting or that of the Pod, has the runAsUser 5, which is not allowed",
    "spec.securityContext.fsGroup: the Pod has the fsGroup 6, which is not allowed",
    "spec.securityContext.supplementalGroups[0]: the Pod has the group 7, which is not allowed",
  ]);
});

it("limitUserIds has a native form", () => {
  expect(nativeOf(limitUserIds())).toBe("yes");
  expect(nativeOf(limitUserIds({ runAsUser: [], fsGroup: [], supplementalGroups: [], required: ["runAsGroup"] }))).toBe(
    "yes",
  );
});
