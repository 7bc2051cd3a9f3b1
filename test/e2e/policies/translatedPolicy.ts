import type { Pod } from "kubernetes-types/core/v1.js";
import { type Policy, policy } from "../../../src/policy/define/policy.ts";
import type { compareQuantities } from "../../../src/policy/quantity/compareQuantities.ts";
import { validations } from "../../../src/policy/validations/validations.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { podOf } from "../../cluster/TestNamespace.ts";

/** What the functions read beside the Pod. */
const DATA = { allowed: ["a", "b", "RuntimeDefault"], max: 2, prefix: "x-", byName: { a: "1", b: "2" } };

interface Scope {
  readonly data: typeof DATA;
  readonly compareQuantities: typeof compareQuantities;
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

/** Functions of texts that are quantities, and of other texts. */
const QUANTITY_FUNCTIONS: Readonly<Record<string, (text: string, scope: Scope) => boolean>> = {
  "length of a text": (text) => `${text}`.length > 3,
  "no text": (text) => typeof text !== "string",
  "pattern with spaces": (text) => /^a\s*b$/.test(text),
  "pattern with a space in a class": (text) => /^a[\sx]b$/.test(text),
  "pattern without spaces": (text) => /^\S+$/.test(text),
  "pattern of all but spaces and a letter": (text) => /^[^\sa]$/u.test(text),
  "a quantity of at least": (text, { compareQuantities }) => compareQuantities(text, "1Gi") >= 0,
  "a quantity below": (text, scope) => scope.compareQuantities(text, "1Gi") < 0,
  "an equal quantity": (text, { compareQuantities }) => compareQuantities("100m", text) === 0,
  "no equal quantity": (text, { compareQuantities }) => compareQuantities(text, "9007199254740993") !== 0,
  "no quantity": (text, { compareQuantities }) => compareQuantities(text, text) !== 0,
  "more than a number": (text, { data, compareQuantities }) => compareQuantities(text, data.max) > 0,
  "the maximum of a binary quantity": (text, { compareQuantities }) => compareQuantities(text, "9Ei") === 0,
  "more than a multiple": (text, { compareQuantities }) => compareQuantities(text, "1m", 100) > 0,
  "a multiple": (text, { compareQuantities }) => compareQuantities("1.5Gi", text, 1.5) === 0,
  "less than a multiple": (text, { data, compareQuantities }) => compareQuantities(text, "1Gi", data.max) < 0,
  "a billionth": (text, { compareQuantities }) => compareQuantities(text, "1n") === 0,
};

/** Quantities that are equal to one of the functions, or only in floating point, and texts that are none. */
const QUANTITIES = [
  "0.1",
  "100m",
  "100000u",
  "1e-1",
  ".1",
  "0.10",
  "1Gi",
  "1024Mi",
  "1073741824",
  "1073741824.0",
  "1073741824.000000001",
  "1.00000000000001Gi",
  "1G",
  "2",
  "2.",
  "2000m",
  "+2",
  "-2",
  "-9Ei",
  "0",
  "-0",
  "0e5",
  "9007199254740992",
  "9007199254740993",
  "9007199254740993000m",
  "8Ei",
  "9Ei",
  "16Ei",
  "9223372036854775807",
  "9223372036854775808",
  "20E",
  "1e30",
  "1E3",
  "1E",
  "1n",
  "0.1n",
  "0.5n",
  "1e-20",
  "-0.1n",
  "0.0000000011",
  "1KB",
  "1 Gi",
  " 1",
  "1.2.3",
  "1e",
  "NaN",
  "Infinity",
  "0x10",
  "much",
  ...["Gi", "m", "E", "Ei", "e5", "+", "-", ".", "-k", ".k", "-.5", "5.k", "+.5k"],
];

/** Texts on which JavaScript and CEL could differ. */
const TEXTS = [
  ...QUANTITIES,
  ...["\u00a0", "\u0085", "\ufeff", "\u180e", "\u2003", "\u200b", "\v", "\f", " ", "  "].map((space) => `a${space}b`),
  "😀😀",
  "😀a",
  "abc",
  "abcd",
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
    policy({
      name: "translated-quantities",
      match: { resources: ["pods"] },
      validate: validations((on) =>
        Object.entries(QUANTITY_FUNCTIONS).map(([name, of]) =>
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
