import type { Pod } from "kubernetes-types/core/v1.js";
import { type Policy, policy } from "../../../src/policy/define/policy.ts";
import { validations } from "../../../src/policy/validations/validations.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { podOf } from "../../cluster/TestNamespace.ts";

/** What the functions read beside the Pod. */
const DATA = { allowed: ["a", "b", "RuntimeDefault"], max: 2, prefix: "x-", byName: { a: "1", b: "2" } };

interface Scope {
  readonly data: typeof DATA;
}

/** Functions of the forms that can be written in CEL, by the text of their warning. */
const FUNCTIONS: Readonly<Record<string, (pod: Pod, scope: Scope) => boolean>> = {
  "is true": (pod) => pod.spec?.hostNetwork === true,
  "is not true": (pod) => pod.spec?.hostUsers !== true,
  "is absent": (pod) => pod.spec?.hostUsers === undefined,
  "is present": (pod) => pod.spec?.securityContext?.runAsUser !== undefined,
  "is null or absent": (pod) => pod.spec?.os == null,
  "is not null": (pod) => pod.spec?.volumes != null,
  "below a present member": (pod) => pod.spec?.os !== undefined && pod.spec.os.name === "windows",
  "number with a fallback": (pod) => (pod.spec?.securityContext?.runAsUser ?? 7) > 5,
  "number that may be absent": (pod, { data }) => !((pod.spec?.securityContext?.runAsUser ?? -1) <= data.max),
  "member with a member as fallback": (pod) => (pod.spec?.os?.name ?? pod.spec?.restartPolicy) === "Always",
  "two members are equal": (pod) => pod.metadata?.annotations?.a === pod.metadata?.annotations?.b,
  "list of the data": (pod, { data }) => data.allowed.includes(pod.metadata?.annotations?.a ?? ""),
  "list of the data, absent": (pod, { data }) =>
    !data.allowed.includes(pod.spec?.securityContext?.seccompProfile?.type ?? ""),
  "list with a text": (pod) => (pod.spec?.containers[0]?.securityContext?.capabilities?.drop ?? []).includes("ALL"),
  "text with a text": (pod) => (pod.metadata?.annotations?.a ?? "").includes("."),
  some: (pod) => (pod.spec?.volumes ?? []).some(({ hostPath }) => hostPath !== undefined),
  every: (pod) => (pod.spec?.containers ?? []).every((it) => it.securityContext?.runAsUser === undefined),
  "some in some": (pod) =>
    (pod.spec?.containers ?? []).some((it) => (it.ports ?? []).some((port) => (port.hostPort ?? 0) !== 0)),
  "some of an absent list": (pod) => pod.spec?.initContainers?.some((it) => it.name === "init") === true,
  "none of an absent list": (pod) => !(pod.spec?.initContainers?.some((it) => it.name === "init") ?? false),
  "length of a filter": (pod) => (pod.spec?.volumes ?? []).filter((it) => it.emptyDir === undefined).length > 1,
  "length that may be absent": (pod) => (pod.spec?.initContainers?.length ?? 0) > 0,
  "length below a member": (pod) => (pod.spec?.volumes?.length ?? 3) > 2,
};

const TEXT_FUNCTIONS: Readonly<Record<string, (text: string, scope: Scope) => boolean>> = {
  "starts with": (text) => text.startsWith("kube-"),
  "ends with": (text) => text.endsWith("b"),
  "starts with, in a sum": (text, { data }) => (data.prefix + text).startsWith("x-a"),
  "ends with, in a template": (text) => `${text}:${text}`.endsWith("b:b"),
  pattern: (text) => /^[a-z]+(?:-[a-z]+)*$/.test(text),
  "pattern with a dot": (text) => /^a.b$/u.test(text),
  "pattern with dots": (text) => /^.*$/.test(text),
  "pattern with a set of others": (text) => /^[^b]+$/.test(text),
  "pattern with one other": (text) => /^a[^b]b$/u.test(text),
  "pattern without ends": (text) => /b|\.$/.test(text),
  "pattern with counts": (text) => /^(?:ab?){2,3}$/.test(text),
  "pattern with classes": (text) => /^[\w.-]+\/\d*\W?$/u.test(text),
  "pattern without regard to case": (text) => /^[ks]$/iu.test(text),
  "pattern without regard to case, of words": (text) => /^\w+$/iu.test(text),
  parts: (text) => text.split(":").length === 3,
  "empty parts": (text) => text.split(":").some((part) => part === ""),
  "joined parts": (text) => text.split(":").join("-") === "x-y-z",
  "of the data": (text, { data }) => Object.hasOwn(data.byName, text),
  "is empty": (text) => text === "",
  statements: (text) => {
    const parts = text.split("/");
    if (parts.length < 2) return false;
    if (parts[0] === "localhost") return true;
    return parts[1] === "b";
  },
  "one of two": (text) => (text.startsWith("a") ? text.endsWith("b") : `:${text}`.includes("y")),
  "one of two that may be absent": (text) => (text.startsWith("a") ? text.split("/")[1] : undefined) === "b",
  "equal conditions": (text) => text.startsWith("a") === text.endsWith("b"),
};

/** Texts on which JavaScript and CEL could differ. */
const TEXTS = [
  "",
  "a",
  "b",
  "B",
  "k",
  "K",
  "s",
  "S",
  "\u017f",
  "\u212a",
  "é",
  "😀",
  "ab",
  "abab",
  "aab",
  "abababab",
  "a-b",
  "a--b",
  "a.b",
  "a\nb",
  "a\rb",
  "a\u2028b",
  "a\u2029b",
  "axb",
  "a😀b",
  "a/b",
  "a/",
  "localhost/x",
  "a.b/12_",
  "a.b/12-",
  "x:y:z",
  "x::z",
  ":",
  "::",
  "kube-system",
  "kube",
  "RuntimeDefault",
  "1",
  "it's",
  "\\",
  "\t",
  "a\u0000b",
  "constructor",
];

/** Pods with functions, and a policy for each list of functions. A policy of all would have more warnings than a response. */
export function translatedPolicies(): Policy[] {
  const entries = Object.entries(FUNCTIONS);
  return [
    policy({
      name: "translated-members",
      match: { resources: ["pods"] },
      validate: validations((on) =>
        entries.map(([name, fault]) => on("", { data: { ...DATA, name }, fault, message: (_, { data }) => data.name })),
      ),
    }),
    policy({
      name: "translated-texts",
      match: { resources: ["pods"] },
      validate: validations((on) =>
        Object.entries(TEXT_FUNCTIONS).map(([name, of]) =>
          on("metadata.annotations.a", { data: { ...DATA, name }, fault: of, message: (_, { data }) => data.name }),
        ),
      ),
    }),
  ];
}

/** Pods with the texts as an annotation. */
export function translatedPods(): KubeObject[] {
  return TEXTS.map((text, index) =>
    podOf(`text-${index}`, { annotations: { a: text, ...(index % 3 === 0 ? { b: "a" } : {}) } }),
  );
}
