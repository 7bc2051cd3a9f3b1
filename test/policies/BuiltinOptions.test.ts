import { expect, it } from "vitest";
import {
  denyLabels,
  disallowLatestTag,
  disallowPrivileged,
  limitReplicas,
  limitResources,
  limitVolumeSizes,
  requireAnnotations,
  requireLabels,
  requireResources,
  setNodeSelector,
} from "../../src/policies/index.ts";
import type { Policy } from "../../src/policy/define/policy.ts";
import type { FindingSettings } from "../../src/policy/validations/FindingSettings.ts";
import { judge } from "./judge.ts";
import { type Loose, reviewFrom } from "./reviewFrom.ts";

/** Policies on Pods, the faults of the Deployment, and the options that all have. */
const onPods: readonly (readonly [name: string, make: (options: FindingSettings) => Policy])[] = [
  ["denyLabels", (options) => denyLabels({ labels: ["app"], ...options })],
  ["disallowLatestTag", (options) => disallowLatestTag(options)],
  ["disallowPrivileged", (options) => disallowPrivileged(options)],
  ["limitResources", (options) => limitResources({ maximum: { memory: { limit: "1Ki" } }, ...options })],
  ["requireAnnotations", (options) => requireAnnotations({ annotations: ["example.com/owner"], ...options })],
  ["requireLabels", (options) => requireLabels({ labels: ["owner"], ...options })],
  ["requireResources", (options) => requireResources({ requests: [], limits: ["memory"], ...options })],
];

const faulty = ({ spec }: Loose): void => {
  spec.template.metadata.labels = { app: "web" };
  spec.template.spec = { containers: [{ name: "web", image: "nginx", securityContext: { privileged: true } }] };
};

it.each(onPods)(
  "%s has help at the end of each message, and warns of templates with onTemplates",
  async (_name, make) => {
    const review = reviewFrom("validate-v1-create-deployments-1", faulty);
    const plain = await judge(make({}), review, "validate");
    const helped = await judge(make({ help: "https://wiki.example.com/pods" }), review, "validate");
    if (plain.allowed || helped.allowed) throw new Error("the Deployment is allowed");
    expect(helped.message).toBe(
      plain.message
        .split("\n")
        .map((line) => `${line}; see https://wiki.example.com/pods`)
        .join("\n"),
    );
    const warned = await judge(make({ onTemplates: "warn" }), review, "validate");
    expect(warned).toMatchObject({ allowed: true, warnings: plain.message.split("\n") });
    const pod = reviewFrom("validate-v1-create-pods-2", (object) => {
      faulty({ spec: { template: object } });
    });
    expect((await judge(make({ onTemplates: "warn" }), pod, "validate")).allowed).toBe(false);
  },
);

it.each<[what: string, define: () => Policy, fault: string]>([
  ["help that is no URL", () => denyLabels({ help: "wiki" }), "options.help is not a URL that begins with https://"],
  [
    "help with a blank",
    () => limitResources({ maximum: { cpu: { limit: "1" } }, help: "https://a b" }),
    "options.help",
  ],
  [
    "another value of onTemplates",
    () => requireResources({ onTemplates: "allow" as "warn" }),
    'options.onTemplates is "allow", not "deny" or "warn"',
  ],
  [
    "onTemplates where templates are not judged",
    () => disallowPrivileged({ onTemplates: "warn", podTemplates: false }),
    "options.onTemplates has no effect with podTemplates: false",
  ],
  [
    "onTemplates of labels of Pods alone",
    () => denyLabels({ onTemplates: "warn", podTemplates: false }),
    "options.onTemplates has no effect with podTemplates: false",
  ],
  [
    "onTemplates of a policy on other objects",
    () => limitVolumeSizes({ maximum: "1Gi", onTemplates: "warn" }),
    "options.onTemplates is for policies on Pods and their templates",
  ],
  [
    "onTemplates of labels of other objects",
    () => requireLabels({ resources: ["namespaces"], onTemplates: "warn" }),
    "options.onTemplates is for policies on Pods and their templates",
  ],
  ["help of a mutator", () => setNodeSelector({ nodeSelector: { a: "b" }, help: "https://a" }), "options.help is for"],
  [
    "exemptImages that are no list",
    () => disallowLatestTag({ exemptImages: "a/*" as unknown as string[] }),
    "options.exemptImages is not a list of images",
  ],
])("a built-in policy refuses %s", (_what, define, fault) => {
  expect(define).toThrow(fault);
});

it("help is also an option of policies on other objects than Pods", async () => {
  const help = "https://wiki.example.com/replicas";
  const verdict = await judge(
    limitReplicas({ minimum: 0, maximum: 1, help }),
    reviewFrom("validate-v1-create-deployments-1", (object) => {
      object.spec.replicas = 2;
    }),
    "validate",
  );
  expect(verdict).toMatchObject({ allowed: false, message: expect.stringMatching(/; see https:\/\/wiki/) });
});

it.each<[name: string, policy: Policy]>([
  ["disallowLatestTag", disallowLatestTag({ exemptImages: ["registry.example.com/base/*"] })],
  ["requireResources", requireResources({ exemptImages: ["registry.example.com/base/*"] })],
])("%s does not judge containers with exempt images", async (_name, policy) => {
  const review = reviewFrom("validate-v1-create-pods-2", ({ spec }) => {
    spec.containers = [
      { name: "exempt", image: "registry.example.com/base/tool" },
      { name: "judged", image: "registry.example.com/basement/tool" },
    ];
  });
  const verdict = await judge(policy, review, "validate");
  if (verdict.allowed) throw new Error("the Pod is allowed");
  expect(verdict.message).toContain("spec.containers[1]");
  expect(verdict.message).not.toContain("spec.containers[0]");
});
