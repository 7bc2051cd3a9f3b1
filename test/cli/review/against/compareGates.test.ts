import { describe, expect, it } from "vitest";
import type { GateDefinition } from "../../../../src/gate/config/defineGate.ts";
import { changesBetween, exception, gate, podsPolicy, stage } from "./changesBetween.ts";

const NONE = { identity: "none" } as const;
const live = (settings: object) => ({ clusters: { live: { ...NONE, ...settings }, test: NONE } });
const matching = (match: object, rest: object = {}) => ({
  policies: [podsPolicy("a", { match: { resources: ["pods"], ...match }, ...rest }), podsPolicy("b")],
});
const inNamespaces = (...namespaces: object[]) => live({ namespaces });

type Case = readonly [
  what: string,
  before: Partial<GateDefinition>,
  after: Partial<GateDefinition>,
  lines: readonly string[],
];

const POLICY_CASES: readonly Case[] = [
  ["a policy is gone", {}, { policies: [podsPolicy("b")] }, ["loosened policy a: in the gate -> gone"]],
  [
    "a policy has another name",
    {},
    { policies: [podsPolicy("c"), podsPolicy("b")] },
    ["loosened policy a: in the gate -> gone"],
  ],
  ["a cluster is gone", {}, { clusters: { live: NONE } }, ["loosened cluster test: in the gate -> gone"]],
  [
    "a policy validates no more",
    {},
    matching({}, { mutate: () => undefined }),
    [
      "loosened match of a: validates CREATE, UPDATE of pods -> not",
      "loosened match of a: validates UPDATE of pods/ephemeralcontainers -> not",
      "loosened match of a: validates UPDATE of pods/resize -> not",
    ],
  ],
  [
    "an operation is left out",
    matching({ operations: ["CREATE", "UPDATE", "DELETE"] }),
    {},
    ["loosened match of a: validates DELETE of pods -> not"],
  ],
  [
    "a subresource is left out",
    {},
    matching({ ephemeralContainers: false }),
    ["loosened match of a: validates UPDATE of pods/ephemeralcontainers -> not"],
  ],
  [
    "a resource is left out",
    matching({ resources: ["pods", "services"] }),
    {},
    ["loosened match of a: validates CREATE, UPDATE of services -> not"],
  ],
  [
    "a group is left out",
    matching({ apiGroups: ["one.io", "two.io"], resources: ["things"] }),
    matching({ apiGroups: ["two.io"], resources: ["things"] }),
    ["loosened match of a: validates CREATE, UPDATE of things.one.io -> not"],
  ],
  [
    "a version is left out, to which objects are converted",
    matching({ apiGroups: ["x.io"], apiVersions: ["v1", "v2"], resources: ["things"] }),
    matching({ apiGroups: ["x.io"], apiVersions: ["v2"], resources: ["things"] }),
    ["changed match of a: versions v1, v2 of things.x.io -> versions v2"],
  ],
  [
    "a wildcard becomes some resources",
    matching({ apiGroups: ["*"], resources: ["*"] }),
    matching({ apiGroups: ["*"], resources: ["pods"] }),
    ["loosened match of a: validates CREATE, UPDATE of *.* -> not"],
  ],
  [
    "cluster-scoped objects are left out",
    matching({ apiGroups: ["*"], resources: ["*"] }),
    matching({ apiGroups: ["*"], resources: ["*"], scope: "Namespaced" }),
    ["loosened match of a: scope * -> scope Namespaced"],
  ],
  [
    "a namespace is excluded",
    {},
    matching({ namespaces: { exclude: ["kube-*"] } }),
    ["loosened match of a in namespaces kube-*: judged -> not"],
  ],
  [
    "an included namespace is left out",
    matching({ namespaces: { include: ["a", "b"] } }),
    matching({ namespaces: { include: ["b"] } }),
    ["loosened match of a in namespaces a: judged -> not"],
  ],
  [
    "a pattern of namespaces is narrowed",
    matching({ namespaces: { include: ["team-*"] } }),
    matching({ namespaces: { include: ["team-a*"] } }),
    ["loosened match of a in namespaces team-*: judged -> not"],
  ],
  [
    "labels are asked for",
    {},
    matching({ labels: { matchLabels: { tier: "web" } } }),
    ['loosened match of a: labels any -> labels {"matchLabels":{"tier":"web"}}'],
  ],
  [
    "a value of a label is left out",
    matching({ labels: { matchExpressions: [{ key: "t", operator: "In", values: ["a", "b"] }] } }),
    matching({ labels: { matchLabels: { t: "a" } } }),
    [
      'loosened match of a: labels {"matchExpressions":[{"key":"t","operator":"In","values":["a","b"]}]} -> labels {"matchLabels":{"t":"a"}}',
    ],
  ],
  [
    "a missed deadline warns",
    {},
    matching({}, { onDeadline: "warn" }),
    ["loosened option of a: onDeadline deny -> onDeadline warn"],
  ],
  [
    "existing faults warn",
    matching({}, { onExisting: "deny" }),
    {},
    ["loosened option of a: onExisting deny -> onExisting warn"],
  ],
  ["a version", matching({}, { version: "1" }), matching({}, { version: "2" }), ["changed version of a: 1 -> 2"]],
  [
    "parameters",
    live({ params: { a: { max: 1 } } }),
    live({ params: { a: { max: 9 } } }),
    ['changed params of a in live: {"max":1} -> {"max":9}'],
  ],
];

const MODE_CASES: readonly Case[] = [
  [
    "the mode of all clusters",
    {},
    { clusters: { live: { ...NONE, mode: "warn" }, test: { ...NONE, mode: "warn" } } },
    ["loosened mode of a in live, test: enforce -> warn", "loosened mode of b in live, test: enforce -> warn"],
  ],
  [
    "the mode of a policy in a cluster",
    {},
    live({ modes: { a: "audit" } }),
    ["loosened mode of a in live: enforce -> audit"],
  ],
  [
    "warn becomes audit",
    live({ modes: { a: "warn" } }),
    live({ modes: { a: "audit" } }),
    ["loosened mode of a in live: warn -> audit"],
  ],
  [
    "the mode in some namespaces",
    {},
    inNamespaces({ names: ["team-*"], modes: { a: "warn" } }),
    ["loosened mode of a in live, namespaces team-*: enforce -> warn"],
  ],
  [
    "the mode of a literal in a pattern",
    inNamespaces({ names: ["team-*"], modes: { a: "warn" } }),
    inNamespaces({ names: ["team-x"], modes: { a: "audit" } }, { names: ["team-*"], modes: { a: "warn" } }),
    ["loosened mode of a in live, namespaces team-x: warn -> audit"],
  ],
  [
    "the order of patterns that overlap",
    inNamespaces({ names: ["*-prod"], modes: { a: "enforce" } }, { names: ["team-*"], modes: { a: "audit" } }),
    inNamespaces({ names: ["team-*"], modes: { a: "audit" } }, { names: ["*-prod"], modes: { a: "enforce" } }),
    ["loosened mode of a in live, namespaces *-prod and team-*: enforce -> audit"],
  ],
  [
    "a stage is put off",
    { stages: [stage("enforce", "2027-02-01")] },
    { stages: [stage("enforce", "2027-03-01")] },
    ["loosened mode of a in live, test: enforce -> audit, from 2027-02-01T00:00:00Z on"],
  ],
  [
    "a stage is taken away",
    { stages: [stage("warn", "2026-01-01"), stage("enforce", "2027-02-01")] },
    { stages: [stage("warn", "2026-01-01")] },
    ["loosened mode of a in live, test: enforce -> warn, from 2027-02-01T00:00:00Z on"],
  ],
  [
    "a stage that lowers",
    {},
    { stages: [stage("enforce", "2020-01-01"), stage("warn", "2027-02-01", { clusters: ["live"] })] },
    ["loosened mode of a in live: enforce -> warn, from 2027-02-01T00:00:00Z on"],
  ],
  [
    "a stage takes the place of enforce before it begins",
    {},
    { stages: [stage("enforce", "2027-02-01")] },
    ["loosened mode of a in live, test: enforce -> audit"],
  ],
  [
    "a stage is for fewer namespaces",
    { stages: [stage("enforce", "2026-01-01")], ...live({ mode: "audit" }) },
    { stages: [stage("enforce", "2026-01-01", { namespaces: ["shop"] })], ...live({ mode: "audit" }) },
    ["loosened mode of a in live, namespaces others: enforce -> audit"],
  ],
];

const EXCEPTION_CASES: readonly Case[] = [
  [
    "a new exception",
    {},
    { exceptions: [exception()] },
    ["loosened exception of a: none -> new: namespaces legacy until 2027-06-01 (shop: rebuilt)"],
  ],
  [
    "a longer one",
    { exceptions: [exception()] },
    { exceptions: [exception({ until: "2027-07-01" })] },
    ["loosened exception of a: until 2027-06-01 -> longer: namespaces legacy until 2027-07-01 (shop: rebuilt)"],
  ],
  [
    "one for more namespaces",
    { exceptions: [exception()] },
    { exceptions: [exception({ namespaces: ["legac?"] })] },
    ["loosened exception of a: namespaces legacy -> wider: namespaces legac? until 2027-06-01 (shop: rebuilt)"],
  ],
  [
    "one without its names",
    { exceptions: [exception({ names: ["web"] })] },
    { exceptions: [exception()] },
    [
      "loosened exception of a: namespaces legacy, names web -> wider: namespaces legacy until 2027-06-01 (shop: rebuilt)",
    ],
  ],
  [
    "one for another cluster",
    { exceptions: [exception({ clusters: ["test"] })] },
    { exceptions: [exception({ clusters: ["*"] })] },
    [
      "loosened exception of a: clusters test, namespaces legacy -> wider: clusters *, namespaces legacy until 2027-06-01 (shop: rebuilt)",
    ],
  ],
  [
    "one for all tags",
    { exceptions: [exception({ images: ["example.com/web:1.4"] })] },
    { exceptions: [exception({ images: ["example.com/web"] })] },
    [
      "loosened exception of a: namespaces legacy, images example.com/web:1.4 -> wider: namespaces legacy, images example.com/web until 2027-06-01 (shop: rebuilt)",
    ],
  ],
  [
    "one for more users",
    { exceptions: [exception({ subjects: ["system:serviceaccount:ci:one"] })] },
    { exceptions: [exception({ subjects: ["system:serviceaccount:ci:*"] })] },
    [
      "loosened exception of a: namespaces legacy, subjects system:serviceaccount:ci:one -> wider: namespaces legacy, subjects system:serviceaccount:ci:* until 2027-06-01 (shop: rebuilt)",
    ],
  ],
];

const ENTRY_CASES: readonly Case[] = [
  [
    "an entry fails open",
    { entries: { pods: { policies: ["a"] } } },
    { entries: { pods: { policies: ["a"], failurePolicy: "Ignore" } } },
    ["loosened entry pods: failurePolicy by mode -> failurePolicy Ignore"],
  ],
  [
    "a policy moves to an entry that fails open",
    { entries: { open: { policies: ["b"], failurePolicy: "Ignore" } } },
    { entries: { open: { policies: ["a", "b"], failurePolicy: "Ignore" } } },
    ["loosened entry default, now open: failurePolicy by mode -> failurePolicy Ignore"],
  ],
  [
    "an entry selects namespaces",
    {},
    { entries: { default: { namespaceSelector: { matchLabels: { gate: "on" } } } } },
    ['loosened entry default: namespaceSelector {} -> namespaceSelector {"matchLabels":{"gate":"on"}}'],
  ],
  [
    "an entry has a condition",
    {},
    { entries: { default: { matchConditions: [{ name: "x", expression: "false" }] } } },
    ["loosened entry default: no condition -> matchCondition x: false"],
  ],
  [
    "break-glass",
    {},
    { entries: { default: { failurePolicy: "Fail", breakGlass: true } } },
    ["loosened entry default: breakGlass false -> breakGlass true"],
  ],
];

const NOTHING: readonly (readonly [what: string, before: Partial<GateDefinition>, after: Partial<GateDefinition>])[] = [
  ["the same gate", {}, {}],
  ["policies in another order", {}, { policies: [podsPolicy("b"), podsPolicy("a")] }],
  [
    "clusters in another order, and a new one",
    {},
    { clusters: { test: NONE, fresh: { ...NONE, mode: "audit" }, live: NONE } },
  ],
  [
    "a new policy, with an exception",
    {},
    { policies: [podsPolicy("a"), podsPolicy("b"), podsPolicy("c")], exceptions: [exception({ policy: "c" })] },
  ],
  ["a stricter mode", live({ mode: "warn" }), live({ mode: "enforce" })],
  [
    "a stage that comes earlier",
    { stages: [stage("enforce", "2027-03-01")] },
    { stages: [stage("enforce", "2027-02-01")] },
  ],
  [
    "stages and namespaces in another order",
    { stages: [stage("warn", "2026-01-01"), stage("enforce", "2027-02-01")] },
    { stages: [stage("enforce", "2027-02-01"), stage("warn", "2026-01-01")] },
  ],
  [
    "another spelling of a time",
    { stages: [stage("enforce", "2027-02-01")] },
    { stages: [stage("enforce", "2027-02-01T01:00:00+01:00")] },
  ],
  [
    "a mode of cluster-scoped objects, for a policy that sees none",
    inNamespaces({ names: ["*"], mode: "warn" }),
    live({ mode: "warn" }),
  ],
  [
    "a lower mode where the policy was not asked",
    matching({ namespaces: { exclude: ["lab"] } }),
    { ...matching({ namespaces: { exclude: ["lab"] } }), ...inNamespaces({ names: ["lab"], modes: { a: "audit" } }) },
  ],
  [
    "a wider match",
    matching({ namespaces: { include: ["a"] }, labels: { matchLabels: { t: "a", u: "b" } } }),
    matching({
      namespaces: { include: ["a*"] },
      operations: ["CREATE", "UPDATE", "DELETE"],
      labels: { matchExpressions: [{ key: "t", operator: "In", values: ["b", "a"] }] },
    }),
  ],
  [
    "some resources become a wildcard",
    matching({ resources: ["pods"] }),
    matching({ apiGroups: ["*"], apiVersions: ["v1"], resources: ["*", "*/*"] }),
  ],
  [
    "labels and their values in another order",
    matching({
      labels: {
        matchExpressions: [
          { key: "t", operator: "In", values: ["a", "b"] },
          { key: "u", operator: "Exists" },
        ],
      },
    }),
    matching({
      labels: {
        matchExpressions: [
          { key: "u", operator: "Exists" },
          { key: "t", operator: "In", values: ["b", "a"] },
        ],
      },
    }),
  ],
  ["a shorter exception", { exceptions: [exception()] }, { exceptions: [exception({ until: "2027-05-01" })] }],
  [
    "a narrower exception, for another reason",
    { exceptions: [exception({ namespaces: ["leg*"] })] },
    { exceptions: [exception({ names: ["web"], reason: "other" })] },
  ],
  [
    "an exception that is split",
    { exceptions: [exception({ names: ["a", "b"] })] },
    { exceptions: [exception({ names: ["b"] }), exception({ names: ["a"] })] },
  ],
  [
    "exceptions that are joined",
    { exceptions: [exception({ names: ["b"] }), exception({ names: ["a"] })] },
    { exceptions: [exception({ names: ["a", "b"] })] },
  ],
  ["an exception that has ended", {}, { exceptions: [exception({ until: "2026-06-01" })] }],
  [
    "an image with its tag",
    { exceptions: [exception({ images: ["example.com/web"] })] },
    { exceptions: [exception({ images: ["example.com/web:1.4"] })] },
  ],
  ["no more exceptions", { exceptions: [exception()] }, {}],
  ["options that deny more", matching({}, { onDeadline: "allow" }), matching({}, { onExisting: "deny" })],
  [
    "an entry that fails closed",
    { entries: { default: { failurePolicy: "Ignore" } } },
    { entries: { default: { failurePolicy: "Fail" } } },
  ],
];

describe("compareGates reports", () => {
  it.each([...POLICY_CASES, ...MODE_CASES, ...EXCEPTION_CASES, ...ENTRY_CASES])(
    "%s",
    async (_what, before, after, lines) => {
      expect(await changesBetween(gate(before), gate(after))).toEqual(lines);
    },
  );
});

describe("compareGates does not report", () => {
  it.each(NOTHING)("%s", async (_what, before, after) => {
    expect(await changesBetween(gate(before), gate(after))).toEqual([]);
  });
});

describe("compareGates, for one cluster", () => {
  const before = gate({ exceptions: [exception({ clusters: ["test"] })] });
  const after = gate({
    ...live({ mode: "warn" }),
    exceptions: [exception({ clusters: ["test"], until: "2028-01-01" })],
  });

  it("reports what is loosened there", async () => {
    expect(await changesBetween(before, after, "live")).toEqual([
      "loosened mode of a in live: enforce -> warn",
      "loosened mode of b in live: enforce -> warn",
    ]);
    expect(await changesBetween(before, after, "test")).toEqual([
      "loosened exception of a: until 2027-06-01 -> longer: clusters test, namespaces legacy until 2028-01-01 (shop: rebuilt)",
    ]);
  });

  it("asks lookups", async () => {
    const lookup = (mode: "enforce" | "audit") =>
      gate({
        clusters: async (name) =>
          name === "live" ? { identity: "none", namespaces: [{ names: ["x"], mode }] } : undefined,
      });
    expect(await changesBetween(lookup("enforce"), lookup("audit"), "live")).toEqual([
      "loosened mode of a in live, namespaces x: enforce -> audit",
      "loosened mode of b in live, namespaces x: enforce -> audit",
    ]);
    expect(await changesBetween(lookup("audit"), gate({ clusters: {} }), "live")).toEqual([
      "loosened cluster live: in the gate -> gone",
    ]);
  });
});
