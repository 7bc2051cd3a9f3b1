import { describe, expect, it } from "vitest";
import { policy } from "../../../src/policy/define/policy.ts";
import { validations, validatorOf } from "../../../src/policy/validations/validations.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { denials, findings, judge } from "../../policies/judge.ts";
import { type Loose, reviewFrom } from "../../policies/reviewFrom.ts";

const MATCH = { resources: ["pods"], podTemplates: true } as const;

/** A policy with one validation of each form. */
const forms = policy({
  name: "forms",
  match: MATCH,
  validate: validations((on) => [
    on("", {
      fault: (pod) => pod.spec?.hostNetwork === true,
      at: "spec.hostNetwork",
      message: (_, { at }) => `${at}: uses the network of its node`,
    }),
    on("spec.securityContext.seLinuxOptions", {
      fault: ({ user }) => user !== undefined,
      at: "user",
      message: ({ user }) => `the user ${user}`,
    }),
    on("spec.volumes[]", {
      fault: (volume) => volume.hostPath !== undefined,
      at: "hostPath",
      message: ({ name }, { at }) => `${at}: the volume ${name}`,
    }),
    on("metadata.annotations{}", {
      fault: ({ key, value }) => key.startsWith("example.com/") && value === "no",
      message: ({ key }, { at }) => `${at}: ${key}`,
    }),
    on("containers[]", {
      when: (pod) => pod.metadata?.labels?.checked !== "no",
      fault: (container) => container.securityContext?.privileged === true,
      at: "securityContext.privileged",
      message: ({ name }, { at }) => `${at}: ${name} is privileged`,
    }),
    on("containers[].ports[]", {
      data: { allowed: [80, 443] },
      fault: (port, { data }) => port.hostPort !== undefined && !data.allowed.includes(port.hostPort),
      at: "hostPort",
      message: (port, { container, data }) =>
        `${container.name} uses ${port.hostPort}, which is not of ${data.allowed.join(" and ")}`,
    }),
  ]),
});

/** A review of a Pod with two containers, after a change. */
function pod(change: (object: Loose, request: Loose) => void): Review {
  return reviewFrom("validate-v1-create-pods-2", (object, request) => {
    object.spec = { containers: [{ name: "web" }], initContainers: [{ name: "first" }] };
    object.metadata = { name: "a", namespace: "shop" };
    change(object, request);
  });
}

/** A review of a Deployment with this Pod template. */
function deployment(spec: Loose): Review {
  return reviewFrom("validate-v1-create-pods-2", (object, request) => {
    Object.assign(object, { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "a", namespace: "shop" } });
    object.spec = { template: { metadata: {}, spec: { containers: [{ name: "web" }], ...spec } } };
    request.kind = { group: "apps", version: "v1", kind: "Deployment" };
    request.resource = { group: "apps", version: "v1", resource: "deployments" };
  });
}

describe("a policy with validations", () => {
  it.each<[what: string, change: (object: Loose) => void, messages: string[]]>([
    ["no fault", () => {}, []],
    [
      "the object",
      (object) => {
        object.spec.hostNetwork = true;
      },
      ["spec.hostNetwork: uses the network of its node"],
    ],
    [
      "a member",
      (object) => {
        object.spec.securityContext = { seLinuxOptions: { user: "u" } };
      },
      ["the user u"],
    ],
    [
      "a member that is null",
      (object) => {
        object.spec.securityContext = { seLinuxOptions: null };
      },
      [],
    ],
    [
      "each item of a list",
      (object) => {
        object.spec.volumes = [{ name: "a", hostPath: {} }, { name: "b" }, { name: "c", hostPath: {} }];
      },
      ["spec.volumes[0].hostPath: the volume a", "spec.volumes[2].hostPath: the volume c"],
    ],
    [
      "entries of a map",
      (object) => {
        object.metadata.annotations = { "example.com/a": "no", "example.com/b": "yes", other: "no" };
      },
      ['metadata.annotations["example.com/a"]: example.com/a'],
    ],
    [
      "containers of all kinds",
      (object) => {
        object.spec.initContainers[0].securityContext = { privileged: true };
        object.spec.ephemeralContainers = [{ name: "debug", securityContext: { privileged: true } }];
      },
      [
        "spec.initContainers[0].securityContext.privileged: first is privileged",
        "spec.ephemeralContainers[0].securityContext.privileged: debug is privileged",
      ],
    ],
    [
      "an object that is not judged",
      (object) => {
        object.metadata.labels = { checked: "no" };
        object.spec.containers[0].securityContext = { privileged: true };
      },
      [],
    ],
    [
      "a list in containers",
      (object) => {
        object.spec.containers[0].ports = [{ hostPort: 80 }, { hostPort: 22 }, {}];
      },
      ["web uses 22, which is not of 80 and 443"],
    ],
  ])("judges %s", async (_, change, messages) => {
    expect(await denials(forms, pod(change))).toEqual(messages.map((message) => `forms: ${message}`));
  });

  it("names paths in Pod templates", async () => {
    const review = deployment({ hostNetwork: true, volumes: [{ name: "a", hostPath: {} }] });
    expect(await denials(forms, review)).toEqual([
      "forms: spec.template.spec.hostNetwork: uses the network of its node",
      "forms: spec.template.spec.volumes[0].hostPath: the volume a",
    ]);
  });

  it.each<[what: string, change: (object: Loose) => void]>([
    ["a list that is an object", (object) => void Object.assign(object.spec, { volumes: {} })],
    ["a list that is a text", (object) => void Object.assign(object.spec, { volumes: "a" })],
    ["a map that is a list", (object) => void Object.assign(object.metadata, { annotations: [] })],
  ])("fails on %s, and so denies", async (_, change) => {
    const verdict = await judge(forms, pod(change), "validate", { failing: true });
    expect(verdict.allowed).toBe(false);
  });

  it.each([undefined, null, 0, 1, "", "yes"])("fails when a fault is %j, and so denies", async (said) => {
    const untyped = { fault: () => said as unknown as boolean, message: () => "a fault" };
    const loose = policy({ name: "loose", match: MATCH, validate: validations((on) => [on("containers[]", untyped)]) });
    const verdict = await judge(
      loose,
      pod(() => {}),
      "validate",
      { failing: true },
    );
    expect(verdict.allowed).toBe(false);
  });

  it("denies an update only for faults that the object did not have", async () => {
    const before = { containers: [{ name: "web", securityContext: { privileged: true } }] };
    const update = pod((object, request) => {
      request.operation = "UPDATE";
      request.oldObject = { ...structuredClone(object), spec: before };
      object.spec = {
        containers: [...structuredClone(before.containers), { name: "more", securityContext: { privileged: true } }],
      };
    });
    expect(await denials(forms, update)).toEqual([
      "forms: spec.containers[1].securityContext.privileged: more is privileged",
    ]);
  });

  it("warns of Pod templates where it is told to, and denies Pods", async () => {
    const warning = policy({
      name: "warning",
      match: MATCH,
      validate: validations(
        (on) => [on("", { fault: (it) => it.spec?.hostNetwork === true, message: () => "host network" })],
        { onTemplates: "warn", help: "https://wiki.example.com/host" },
      ),
    });
    const found = await findings(warning, deployment({ hostNetwork: true }));
    expect(found).toMatchObject([{ effect: "warn", message: "host network; see https://wiki.example.com/host" }]);
    expect(
      await denials(
        warning,
        pod((object) => void Object.assign(object.spec, { hostNetwork: true })),
      ),
    ).toEqual(["warning: host network; see https://wiki.example.com/host"]);
  });

  it("does not judge exempt objects and images", async () => {
    const exempting = policy({
      name: "exempting",
      match: MATCH,
      validate: validations((on) => [on("containers[]", { fault: () => true, message: ({ name }) => name })], {
        exempt: {
          data: { users: ["robot"] },
          when: (object, { user, data }) =>
            (data.users ?? []).includes(user.username) || object.metadata?.labels?.exempt === "yes",
        },
        exemptImages: () => ["registry.example.com/agents/*"],
      }),
    });
    const judged = async (change: (object: Loose, request: Loose) => void) => denials(exempting, pod(change));
    expect(await judged(() => {})).toEqual(["exempting: first", "exempting: web"]);
    expect(await judged((_, request) => void Object.assign(request.userInfo, { username: "robot" }))).toEqual([]);
    expect(await judged((object) => void Object.assign(object.metadata, { labels: { exempt: "yes" } }))).toEqual([]);
    const image = "registry.example.com/agents/log:1";
    expect(await judged((object) => void Object.assign(object.spec.containers[0], { image }))).toEqual([
      "exempting: first",
    ]);
  });

  it("reports a fallback on CREATE only when the others of its group found nothing", async () => {
    const group = policy({
      name: "group",
      match: MATCH,
      validate: validations((on) => [
        on("", { group: "a", fault: (it) => it.spec?.hostPID === true, message: () => "first" }),
        on("", { group: "a", isFallback: true, fault: (it) => it.spec?.hostIPC === true, message: () => "fallback" }),
        on("", { group: "b", isFallback: true, fault: (it) => it.spec?.hostIPC === true, message: () => "other" }),
      ]),
    });
    const both = { hostPID: true, hostIPC: true };
    const judged = (spec: object) =>
      denials(
        group,
        pod((object) => void Object.assign(object.spec, spec)),
      );
    expect(await judged({ hostIPC: true })).toEqual(["group: fallback", "group: other"]);
    expect(await judged(both)).toEqual(["group: first", "group: other"]);
    const update = pod((object, request) => {
      request.operation = "UPDATE";
      request.oldObject = structuredClone(object);
      Object.assign(object.spec, both);
    });
    expect(await denials(group, update)).toEqual(["group: first", "group: fallback", "group: other"]);
  });
});

describe("a validation with cases", () => {
  let asked = 0;
  const limits = policy({
    name: "limits",
    match: MATCH,
    params: { parse: (raw): unknown => raw ?? { cpu: "1", "example.com/gpu": "2" } },
    validate: validations((on) => [
      on("containers[]", {
        cases: (most) => {
          asked += 1;
          return Object.entries<string>(Object(most)).map(([key, maximum]) => ({ key, maximum }));
        },
        fault: ({ resources }, { current, compareQuantities }) =>
          compareQuantities(resources?.limits?.[current.key], current.maximum) > 0,
        at: ({ key }) => ["resources", "limits", key],
        message: (_, { at, current, request }) => `${request.kind.kind} ${at} is above ${current.maximum}`,
      }),
    ]),
  });
  const large = { name: "web", resources: { limits: { cpu: "2", "example.com/gpu": "3" } } };

  it("asks each container about each case, and names the field of the case", async () => {
    const review = pod((object) => void Object.assign(object.spec.containers[0], large));
    expect(await denials(limits, review)).toEqual([
      "limits: Pod spec.containers[0].resources.limits.cpu is above 1",
      'limits: Pod spec.containers[0].resources.limits["example.com/gpu"] is above 2',
    ]);
    expect(await denials(limits, deployment({ containers: [large] }))).toContain(
      "limits: Deployment spec.template.spec.containers[0].resources.limits.cpu is above 1",
    );
  });

  it("computes the cases again for other parameters only", () => {
    const [validation] = validatorOf(limits.validate)?.validations ?? [];
    const [first, second] = [{ cpu: "1" }, { cpu: "2" }];
    asked = 0;
    for (const params of [first, first, second, second]) validation?.cases?.(params);
    expect(asked).toBe(2);
    expect(validation?.cases?.(first)).toEqual([{ key: "cpu", maximum: "1" }]);
  });
});

describe("the definition of validations", () => {
  const never = { fault: () => false, message: () => "never" };
  type On = (each: string, definition: object) => unknown;

  it.each<[what: string, define: unknown, settings: object, message: string]>([
    ["no function", [], {}, "are not a function: validations((on) => [on(...)])"],
    ["an empty list", () => [], {}, "are no list, or an empty one"],
    ["a foreign validation", () => [never], {}, "have something that on() did not make"],
    [
      "a path that is none",
      (on: On) => [on("spec..volumes[]", never)],
      {},
      'have the path "spec..volumes[]"; expected one such as "spec.volumes[]"',
    ],
    [
      "a path that ends with a dot",
      (on: On) => [on("spec.volumes[].", never)],
      {},
      'have the path "spec.volumes[]."; expected one such as "spec.volumes[]"',
    ],
    [
      "cases with a lookup",
      (on: On) => [on("spec", { ...never, cases: () => [], lookup: () => () => false })],
      {},
      'of "spec" have both lookup and cases',
    ],
    ["no message", (on: On) => [on("", { fault: () => true })], {}, 'of "" lack the function fault or message'],
    ["help that is no URL", (on: On) => [on("", never)], { help: "see" }, "have help that is not a URL"],
    [
      "another effect on templates",
      (on: On) => [on("", never)],
      { onTemplates: "no" },
      'have onTemplates that is "no", not "deny" or "warn"',
    ],
    ["an exemption without when", (on: On) => [on("", never)], { exempt: {} }, "have exempt without a function when"],
    [
      "images that are a list",
      (on: On) => [on("", never)],
      { exemptImages: [] },
      "have exemptImages that is not a function that returns a list",
    ],
  ])("refuses %s", (_, define, settings, message) => {
    expect(() => validations(define as Parameters<typeof validations>[0], settings)).toThrow(message);
  });
});
