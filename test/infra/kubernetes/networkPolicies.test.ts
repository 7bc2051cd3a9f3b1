import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { baseImages } from "../../../infra/container/baseImages.ts";

// biome-ignore lint/suspicious/noExplicitAny: manifests of many kinds, whose members are read by path.
type Any = any;

const ROOT = fileURLToPath(new URL("../../../infra/kubernetes/", import.meta.url));
const folders = ["base", ...readdirSync(`${ROOT}components`).map((name) => `components/${name}`)];
const objects = folders.flatMap((folder) =>
  readdirSync(`${ROOT}${folder}`)
    .filter((file) => file.endsWith(".yaml") && file !== "kustomization.yaml")
    .flatMap((file) => parseAllDocuments(readFileSync(`${ROOT}${folder}/${file}`, "utf8")))
    .map((document): Any => ({ folder, ...document.toJS() })),
);

/** The Pods of the shipped workloads. */
const pods: { folder: string; labels: Record<string, string>; spec: Any }[] = objects.flatMap(
  ({ folder, spec }: Any) => {
    const template = spec?.jobTemplate?.spec.template ?? spec?.template;
    return template?.spec?.containers === undefined
      ? []
      : [{ folder, labels: template.metadata.labels, spec: template.spec }];
  },
);

const policies = objects.filter(({ kind }) => kind === "NetworkPolicy");
const selects = ({ spec }: Any, labels: Record<string, string>): boolean =>
  Object.entries(spec.podSelector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
/** The policies that name a Pod by its labels. */
const policiesOf = (labels: Record<string, string>): Any[] =>
  policies.filter((policy) => policy.spec.podSelector.matchLabels !== undefined && selects(policy, labels));

const ports = (rules: Any[] = []): number[] =>
  [...new Set(rules.flatMap((rule) => rule.ports.map(({ port }: Any) => port)))].sort((left, right) => left - right);

describe("the NetworkPolicies", () => {
  it("close the namespace of the base in both directions", () => {
    const [all] = policies.filter(({ spec }) => spec.podSelector.matchLabels === undefined);
    expect(all.spec).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  });

  it.each(pods.map((pod) => [pod.folder, pod] as const))("close the Pods of %s in both directions", (_, { labels }) => {
    expect(policiesOf(labels).flatMap(({ spec }) => spec.policyTypes)).toEqual(
      expect.arrayContaining(["Ingress", "Egress"]),
    );
  });

  it.each([
    ["postern-sync", [], [53, 443, 6443, 8443]],
    ["postern-gate", [8443, 9464], []],
    ["postern-rollout", [9464], [1, 53, 443, 6443]],
    ["tls-sidecar-nginx", [8443, 9465], []],
  ])("let %s be called at %j, and let it call %j", (name, called, calls) => {
    const found = policiesOf({ "app.kubernetes.io/name": name });
    expect(ports(found.flatMap(({ spec }) => spec.ingress ?? []))).toEqual(called);
    expect(ports(found.flatMap(({ spec }) => spec.egress ?? []))).toEqual(calls);
  });

  it("let the rollout controller call every port only of Pods", () => {
    const [{ spec }] = policiesOf({ "app.kubernetes.io/name": "postern-rollout" });
    const wide = spec.egress.filter(({ ports: of }: Any) => of.some(({ endPort }: Any) => endPort !== undefined));
    expect(wide.map(({ to }: Any) => to)).toEqual([[{ namespaceSelector: {} }]]);
  });
});

it("every image of a manifest is one of this repository, or one whose digest npm run images writes", () => {
  const images = pods.flatMap(({ spec }) =>
    [...spec.containers, ...(spec.initContainers ?? [])].map(({ image }) => image),
  );
  const known = baseImages.map(({ tag }) => tag);
  const foreign = images.filter((image) => !/^postern(-gate)?:/.test(image));
  expect(images.length).toBeGreaterThan(foreign.length);
  for (const image of foreign) expect(known).toContain(image.replace(/@.*/, ""));
});
