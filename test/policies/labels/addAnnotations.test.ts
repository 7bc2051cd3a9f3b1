import { expect, it } from "vitest";
import { type AddAnnotationsOptions, addAnnotations } from "../../../src/policies/labels/addAnnotations.ts";
import { PolicyDefinitionError } from "../../../src/policy/define/PolicyDefinitionError.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { applyMutators } from "../applyMutators.ts";
import { deploymentReview, podReview, podUpdate } from "../defaults/podReview.ts";
import { judge } from "../judge.ts";

const annotations = { "example.com/team": "a, b", note: "" };

it.each<[what: string, present: unknown, options: Omit<AddAnnotationsOptions, "annotations">, expected: object]>([
  ["adds to none", undefined, {}, annotations],
  ["replaces null", null, {}, annotations],
  ["adds to others", { a: "1" }, {}, { a: "1", ...annotations }],
  ["keeps another value", { note: "x" }, {}, { "example.com/team": "a, b", note: "x" }],
  ["replaces another value with overwrite", { note: "x" }, { overwrite: true }, annotations],
])("addAnnotations %s", async (_what, present, options, expected) => {
  const policy = addAnnotations({ annotations, ...options });
  const result = await applyMutators(policy, podReview({ containers: [] }, { annotations: present }));
  expect(result.metadata.annotations).toEqual(expected);
});

const template = { spec: { containers: [] } };
const OWN = "/metadata/annotations";
const TEMPLATE = "/spec/template/metadata/annotations";
it.each<[what: string, options: Partial<AddAnnotationsOptions>, review: Review, paths: readonly string[]]>([
  ["a Pod from before", {}, podUpdate({}, {}), [OWN]],
  ["nothing in a Deployment", {}, deploymentReview(template), []],
  ["a Deployment", { resources: ["deployments"] }, deploymentReview(template), [OWN]],
  ["a Deployment from before", { resources: ["deployments"] }, deploymentReview(template, template), [OWN]],
  ["the template of a new Deployment", { podTemplates: true }, deploymentReview(template), [TEMPLATE]],
  [
    "nothing in the template of a Deployment from before",
    { podTemplates: true },
    deploymentReview(template, template),
    [],
  ],
  [
    "a Deployment and its template",
    { resources: ["pods", "deployments"], podTemplates: true },
    deploymentReview(template),
    [OWN, TEMPLATE],
  ],
  ["nothing in another namespace", { namespaces: { include: ["team-*"] } }, podReview({}), []],
])("addAnnotations annotates %s", async (_what, options, review, paths) => {
  const verdict = await judge(addAnnotations({ annotations: { note: "1" }, ...options }), review, "mutate");
  expect(verdict.allowed && verdict.patch.map(({ path }) => path)).toEqual(paths);
});

it.each<[what: string, options: object | undefined, message: string]>([
  ["no options", undefined, "options is not an object"],
  ["no annotations", {}, "options.annotations is not an object with at least one annotation"],
  ["an invalid key", { annotations: { "a b": "x" } }, 'options.annotations has "a b"'],
  ["a value that is a number", { annotations: { a: 1 } }, "has a value for 'a' that is not a text"],
  ["the mark of mirror Pods", { annotations: { "kubernetes.io/config.mirror": "x" } }, "which only kubelets may set"],
  [
    "the AppArmor profile of a container",
    { annotations: { "container.apparmor.security.beta.kubernetes.io/web": "runtime/default" } },
    "which names a container; set appArmorProfile in the security context",
  ],
  ["a flag that is a string", { annotations, overwrite: "no" }, "options.overwrite is not true or false"],
  ["a misspelled option", { annotations, override: true }, "options.override is unknown"],
  ["a subresource", { annotations, resources: ["pods/status"] }, 'options.resources has "pods/status"'],
])("addAnnotations refuses %s", (_what, options, message) => {
  const define = (): unknown => addAnnotations(options as AddAnnotationsOptions);
  expect(define).toThrow(PolicyDefinitionError);
  expect(define).toThrow(message);
});
