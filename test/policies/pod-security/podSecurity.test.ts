import { describe, expect, it } from "vitest";
import { type PodSecurityOptions, podSecurity } from "../../../src/policies/pod-security/podSecurity.ts";
import { denials, findings } from "../judge.ts";
import { type Loose, reviewFrom } from "../reviewFrom.ts";

/** A review of a Pod that meets the level restricted, after a change. */
function restricted(change: (spec: Loose, object: Loose, request: Loose) => void = () => {}) {
  return reviewFrom("validate-v1-create-pods-2", (object, request) => {
    object.metadata = { name: "a", namespace: "shop" };
    object.spec = {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        { name: "web", securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } },
      ],
    };
    request.namespace = "shop";
    change(object.spec, object, request);
  });
}

/** Faults of a Pod, as the Go library of the API server words them, with the first version that has them. */
const FAULTS: readonly [
  message: string,
  level: "baseline" | "restricted",
  since: number,
  change: (spec: Loose) => void,
][] = [
  ["host namespaces (hostNetwork=true)", "baseline", 0, (spec) => Object.assign(spec, { hostNetwork: true })],
  [
    'privileged (container "web" must not set securityContext.privileged=true)',
    "baseline",
    0,
    (spec) => Object.assign(spec.containers[0].securityContext, { privileged: true }),
  ],
  [
    'probe or lifecycle host (container "web" uses probe or lifecycle host "10.0.0.1")',
    "baseline",
    34,
    (spec) => Object.assign(spec.containers[0], { livenessProbe: { httpGet: { host: "10.0.0.1" } } }),
  ],
  [
    'allowPrivilegeEscalation != false (container "web" must set securityContext.allowPrivilegeEscalation=false)',
    "restricted",
    8,
    (spec) => Object.assign(spec.containers[0].securityContext, { allowPrivilegeEscalation: true }),
  ],
  [
    'unrestricted capabilities (container "web" must set securityContext.capabilities.drop=["ALL"])',
    "restricted",
    22,
    (spec) => Object.assign(spec.containers[0].securityContext, { capabilities: {} }),
  ],
  [
    "runAsUser=0 (pod must not set runAsUser=0)",
    "restricted",
    23,
    (spec) => Object.assign(spec.securityContext, { runAsUser: 0 }),
  ],
  [
    'restricted volume types (volume "data" uses restricted volume type "nfs")',
    "restricted",
    0,
    (spec) => Object.assign(spec, { volumes: [{ name: "data", nfs: {} }] }),
  ],
];

describe("podSecurity", () => {
  it.each(FAULTS)("says %s, at the level %s from v1.%i on", async (message, level, since, change) => {
    const review = restricted((spec) => change(spec));
    for (const minor of [since - 1, since, 37]) {
      if (minor < 0) continue;
      const found = await denials(podSecurity({ level, version: `v1.${minor}` }), review);
      expect([minor, found]).toEqual([minor, minor < since ? [] : [`pod-security-${level}: ${message}`]]);
    }
    if (level === "restricted") expect(await denials(podSecurity({ level: "baseline" }), review)).toEqual([]);
  });

  it("allows a Pod that meets the level in every version", async () => {
    for (let minor = 0; minor <= 37; minor += 1)
      expect([
        minor,
        await denials(podSecurity({ level: "restricted", version: `v1.${minor}` }), restricted()),
      ]).toEqual([minor, []]);
  });

  it.each<[what: string, exempt: PodSecurityOptions["exempt"]]>([
    ["a namespace", { namespaces: ["sh*"] }],
    ["a user", { users: ["kubernetes-admin"] }],
    ["a runtime class", { runtimeClasses: ["kata"] }],
  ])("exempts %s", async (_, exempt = {}) => {
    const review = restricted((spec, __, request) => {
      Object.assign(spec, { hostPID: true, runtimeClassName: "kata" });
      request.userInfo.username = "kubernetes-admin";
    });
    expect(await denials(podSecurity({ level: "baseline" }), review)).toHaveLength(1);
    expect(await denials(podSecurity({ level: "baseline", exempt }), review)).toEqual([]);
  });

  it("exempts nobody for an empty runtime class", async () => {
    const review = restricted((spec) => Object.assign(spec, { hostPID: true, runtimeClassName: "" }));
    const exempt = { runtimeClasses: ["kata"] };
    expect(await denials(podSecurity({ level: "baseline", exempt }), review)).toHaveLength(1);
  });

  it.each([
    ["warn", undefined],
    ["warn", "warn"],
    ["deny", "deny"],
  ] as const)("reports Pod templates as %s with the option %s", async (effect, templates) => {
    const review = restricted((spec, object, request) => {
      const template = { metadata: {}, spec: { ...spec, hostPID: true } };
      Object.assign(object, { apiVersion: "apps/v1", kind: "Deployment", spec: { template } });
      request.kind = { group: "apps", version: "v1", kind: "Deployment" };
      request.resource = { group: "apps", version: "v1", resource: "deployments" };
    });
    const policy = podSecurity({ level: "baseline", ...(templates === undefined ? {} : { templates }) });
    expect(await findings(policy, review)).toMatchObject([{ effect, message: "host namespaces (hostPID=true)" }]);
  });

  it.each<[options: object, message: string]>([
    [{ level: "privileged" }, 'options.level is "privileged", not "baseline" or "restricted"'],
    [{ level: "baseline", version: "1.30" }, 'options.version is "1.30"; expected "latest" or "v1.0" to "v1.37"'],
    [{ level: "baseline", version: "v1.38" }, 'options.version is "v1.38"; expected "latest" or "v1.0" to "v1.37"'],
    [
      { level: "baseline", exempt: { user: [] } },
      "options.exempt.user is unknown; known are namespaces, users, runtimeClasses",
    ],
    [{ level: "baseline", exempt: { users: [1] } }, "options.exempt.users is not a list of names"],
    [
      { level: "baseline", exempt: { users: ["ci "] } },
      'options.exempt.users has "ci ", which begins or ends with a blank',
    ],
    [
      { level: "baseline", exempt: { runtimeClasses: ["\tkata"] } },
      'options.exempt.runtimeClasses has "\\tkata", which begins or ends with a blank',
    ],
    [{ level: "baseline", modes: {} }, "options.modes is unknown"],
    [
      { level: "baseline", exempt: { users: ["system:serviceaccount:ci:*"] } },
      'options.exempt.users has "system:serviceaccount:ci:*"; names are compared exactly, so give each one',
    ],
    [{ level: "baseline", templates: "audit" }, 'options.templates is "audit", not "deny" or "warn"'],
    [
      { level: "baseline", templates: "deny", podTemplates: false },
      "options.templates has no effect with podTemplates: false",
    ],
    // Not the namespaces a, b and c.
    [
      { level: "baseline", namespaces: { exclude: "abc" }, exempt: { namespaces: ["ci"] } },
      "match.namespaces.exclude must be a list of at least one name",
    ],
  ])("refuses %j", (options, message) => {
    expect(() => podSecurity(options as PodSecurityOptions)).toThrow(message);
  });
});
