import { describe, expect, it } from "vitest";
import { DEFAULT_RECORD_SETTINGS } from "../../../src/records/decision/RecordSettings.ts";
import { redactedObject } from "../../../src/records/decision/redactedObject.ts";

const { redact } = DEFAULT_RECORD_SETTINGS;
const container = (env: readonly object[]): object => ({ spec: { containers: [{ name: "web", env }] } });

describe("redactedObject removes", () => {
  const cases: readonly (readonly [string, Record<string, unknown>, unknown])[] = [
    [
      "data and stringData of a Secret",
      { apiVersion: "v1", kind: "Secret", data: { a: "c2VjcmV0" }, stringData: { b: "secret" }, type: "Opaque" },
      { apiVersion: "v1", kind: "Secret", data: { a: "[redacted]" }, stringData: { b: "[redacted]" }, type: "Opaque" },
    ],
    [
      "data of a Secret that is a text",
      { apiVersion: "v1", kind: "Secret", data: "c2VjcmV0" },
      { apiVersion: "v1", kind: "Secret", data: "[redacted]" },
    ],
    [
      "data of a Secret in a list",
      { kind: "List", items: [{ apiVersion: "v1", kind: "Secret", data: { a: "c2VjcmV0" } }] },
      { kind: "List", items: [{ apiVersion: "v1", kind: "Secret", data: { a: "[redacted]" } }] },
    ],
    [
      "values of environment variables by name, in any case",
      {
        ...container([
          { name: "DB_PASSWORD", value: "x" },
          { name: "apiToken", value: "x" },
          { name: "LEVEL", value: "info" },
        ]),
      },
      container([
        { name: "DB_PASSWORD", value: "[redacted]" },
        { name: "apiToken", value: "[redacted]" },
        { name: "LEVEL", value: "info" },
      ]),
    ],
    [
      "the value of an environment variable without a name",
      { ...container([{ value: "x" }, { name: 1, value: "x" }]) },
      container([{ value: "[redacted]" }, { name: 1, value: "[redacted]" }]),
    ],
    [
      "no reference to a Secret",
      { ...container([{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }]) },
      container([{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }]),
    ],
    [
      "the last applied configuration, also of a Pod template",
      { metadata: { annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", a: "b" } } },
      { metadata: { annotations: { "kubectl.kubernetes.io/last-applied-configuration": "[redacted]", a: "b" } } },
    ],
    [
      "all annotations of a Secret",
      { apiVersion: "v1", kind: "Secret", metadata: { name: "db", annotations: { "example.com/copy": "secret" } } },
      { apiVersion: "v1", kind: "Secret", metadata: { name: "db", annotations: { "example.com/copy": "[redacted]" } } },
    ],
    [
      "the value of an HTTP header, or of another element of a list, by its name",
      {
        readinessProbe: { httpGet: { httpHeaders: [{ name: "Authorization", value: "Bearer x" }] } },
        list: [{ value: 1 }],
      },
      {
        readinessProbe: { httpGet: { httpHeaders: [{ name: "Authorization", value: "[redacted]" }] } },
        list: [{ value: 1 }],
      },
    ],
    [
      "values of variables that are members of an object",
      { spec: { env: { DB_PASSWORD: "x", PIN_KEY: 1, LEVEL: "info", KEYS: { a: "b" } } } },
      { spec: { env: { DB_PASSWORD: "[redacted]", PIN_KEY: "[redacted]", LEVEL: "info", KEYS: { a: "b" } } } },
    ],
    [
      "the token of a TokenReview",
      { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token: "x", audiences: ["a"] } },
      { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token: "[redacted]", audiences: ["a"] } },
    ],
    [
      "managedFields",
      { metadata: { name: "a", managedFields: [{ manager: "kubectl" }] } },
      { metadata: { name: "a" } },
    ],
    [
      "no data of a ConfigMap",
      { apiVersion: "v1", kind: "ConfigMap", data: { a: "b" } },
      { apiVersion: "v1", kind: "ConfigMap", data: { a: "b" } },
    ],
  ];
  it.each(cases)("%s", (_, object, expected) => {
    const before = structuredClone(object);
    expect(redactedObject(object, redact)).toEqual(expected);
    expect(object).toEqual(before);
  });

  it("the last applied configuration, whatever annotations the settings name", () => {
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": '{"kind":"Secret"}', note: "x", a: "b" };
    expect(redactedObject({ metadata: { annotations } }, { env: [], annotations: ["note"] })).toEqual({
      metadata: {
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": "[redacted]", note: "[redacted]", a: "b" },
      },
    });
  });

  it("the data of an object that is a Secret by its resource only", () => {
    expect(redactedObject({ metadata: { labels: { data: "x" } }, data: { a: "c2VjcmV0" } }, redact, true)).toEqual({
      metadata: { labels: { data: "x" } },
      data: { a: "[redacted]" },
    });
  });

  it("what is deeper than 64 levels", () => {
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`);
    expect(JSON.stringify(redactedObject({ deep }, redact))).toContain('"[redacted]"');
  });

  it("nothing of a member named __proto__", () => {
    const object: Record<string, unknown> = JSON.parse('{"__proto__":{"polluted":true},"a":1}');
    expect(JSON.stringify(redactedObject(object, redact))).toBe('{"__proto__":{"polluted":true},"a":1}');
  });
});
