import { describe, expect, it } from "vitest";
import {
  isDnsLabel,
  isDnsSubdomain,
  isLabelValue,
  isObjectName,
  isQualifiedName,
  pluralOfKind,
} from "../../src/protocol/kubernetesNames.ts";

const a = (length: number): string => "a".repeat(length);
/** A DNS subdomain of four labels, with 253 characters. */
const SUBDOMAIN_253 = `${`${a(63)}.`.repeat(3)}${a(61)}`;

describe("isDnsLabel", () => {
  it.each(["a", "0", "prod", "prod-eu-1", "0a", "a--b", a(63), `a${"-".repeat(61)}a`])("accepts %j", (text) => {
    expect(isDnsLabel(text)).toBe(true);
  });

  it.each([
    "",
    "-",
    "-a",
    "a-",
    "A",
    "aB",
    "a.b",
    "a.",
    "a_b",
    "a/b",
    "a b",
    " a",
    "a\n",
    "ä",
    "10.0.0.1",
    "::1",
    "[::1]",
    a(64),
    `${a(63)}-`,
  ])("refuses %j", (text) => {
    expect(isDnsLabel(text)).toBe(false);
  });
});

describe("isDnsSubdomain", () => {
  it.each([
    "a",
    "0",
    "example.com",
    "a.b.c.d",
    "prod-eu.example.com",
    "10.0.0.1",
    SUBDOMAIN_253,
    // The API server limits the name, not its labels.
    a(64),
    a(253),
  ])("accepts %j", (text) => {
    expect(isDnsSubdomain(text)).toBe(true);
  });

  it.each([
    "",
    ".",
    ".a",
    "a.",
    "a..b",
    "-a.b",
    "a-.b",
    "a.-b",
    "a.b-",
    "Example.com",
    "example.COM",
    "a_b.c",
    "a/b",
    "*.example.com",
    "a.b\n",
    "::1",
    "[::1]",
    a(254),
    `${SUBDOMAIN_253}a`,
    `${SUBDOMAIN_253}.`,
  ])("refuses %j", (text) => {
    expect(isDnsSubdomain(text)).toBe(false);
  });
});

describe("isObjectName", () => {
  it.each(["a", "0", "prod", "prod-eu.example.com", "10.0.0.1", "a--b", a(64), SUBDOMAIN_253, a(253)])(
    "accepts %j",
    (text) => {
      expect(isObjectName(text)).toBe(true);
    },
  );

  it.each([
    "",
    "-",
    ".",
    "-a",
    "a-",
    ".a",
    "a.",
    "a..b",
    "a.-b",
    "a-.b",
    "..",
    "A",
    "aB",
    "a_b",
    "a/b",
    "a:b",
    "a b",
    "a\n",
    "ä",
    "::1",
    "[::1]",
    a(254),
    `${SUBDOMAIN_253}.`,
  ])("refuses %j", (text) => {
    expect(isObjectName(text)).toBe(false);
  });
});

describe("isQualifiedName", () => {
  it.each([
    "a",
    "A",
    "0",
    "app",
    "App.Kubernetes_io-1",
    "10.0.0.1",
    "example.com/app",
    "example.com/App",
    "a/b",
    a(63),
    `example.com/${a(63)}`,
    `${SUBDOMAIN_253}/a`,
    `${SUBDOMAIN_253}/${a(63)}`,
  ])("accepts %j", (text) => {
    expect(isQualifiedName(text)).toBe(true);
  });

  it.each([
    "",
    "/",
    "/a",
    "a/",
    "example.com/",
    "a/b/c",
    "-a",
    "a-",
    ".a",
    "a.",
    "_a",
    "a_",
    "a b",
    "a\n",
    "ä",
    "Example.com/app",
    "example.com./app",
    "example_com/app",
    "example.com/-app",
    "[::1]/app",
    "::1",
    a(64),
    `example.com/${a(64)}`,
    `${a(254)}/a`,
    undefined,
    null,
    1,
    true,
    ["a"],
    {},
  ])("refuses %j", (value) => {
    expect(isQualifiedName(value)).toBe(false);
  });
});

describe("isLabelValue", () => {
  it.each(["", "a", "A", "0", "v1.2_3-x", "10.0.0.1", "true", a(63), `A${"_".repeat(61)}Z`])("accepts %j", (text) => {
    expect(isLabelValue(text)).toBe(true);
  });

  it.each([
    " ",
    "-",
    "-a",
    "a-",
    ".a",
    "a.",
    "_a",
    "a_",
    "a b",
    "a/b",
    "a:b",
    "a\n",
    "ä",
    "::1",
    "[::1]",
    a(64),
    undefined,
    null,
    1,
    true,
    ["a"],
    {},
  ])("refuses %j", (value) => {
    expect(isLabelValue(value)).toBe(false);
  });
});

it.each<[kind: string, plural: string]>([
  ["Pod", "pods"],
  ["pod", "pods"],
  ["ConfigMap", "configmaps"],
  ["ReplicaSet", "replicasets"],
  ["CronJob", "cronjobs"],
  ["ReplicationController", "replicationcontrollers"],
  // Kinds that end with s, x, z, ch or sh.
  ["Ingress", "ingresses"],
  ["StorageClass", "storageclasses"],
  ["Prometheus", "prometheuses"],
  ["Box", "boxes"],
  ["Quiz", "quizes"],
  ["Batch", "batches"],
  ["Mesh", "meshes"],
  // Kinds that end with y.
  ["NetworkPolicy", "networkpolicies"],
  ["Gateway", "gateways"],
  ["Key", "keys"],
  ["Deploy", "deploys"],
  ["Guy", "guys"],
  // Kinds that are plurals.
  ["Endpoints", "endpoints"],
  ["PodMetrics", "podmetrics"],
  ["NodeMetrics", "nodemetrics"],
  // Names of custom resources.
  ["GatewayClass", "gatewayclasses"],
  ["HTTPRoute", "httproutes"],
  ["SelfTest", "selftests"],
])("pluralOfKind returns the resource name of the kind %s", (kind, plural) => {
  expect(pluralOfKind(kind)).toBe(plural);
});
