import { describe, expect, it } from "vitest";
import { decodeAdmissionReview } from "../../../src/protocol/review/decodeAdmissionReview.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { readReview, reviewNames } from "../../fixtures/readReview.ts";

const admissions = reviewNames.filter((name) => !name.startsWith("conversion"));

function decoded(body: unknown): Review {
  const result = decodeAdmissionReview(body);
  if (!result.ok) throw new Error(`${result.fault.path}: ${result.fault.expected}`);
  return result.value;
}

const gvk = { group: "", version: "v1", kind: "Pod" };
const gvr = { group: "", version: "v1", resource: "pods" };
const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "a" } };
const request = { uid: "u", kind: gvk, resource: gvr, operation: "CREATE", userInfo: {}, object: pod };

function review(changes: object = {}, apiVersion = "admission.k8s.io/v1"): object {
  return { apiVersion, kind: "AdmissionReview", request: { ...request, ...changes } };
}

describe("decodeAdmissionReview with captured reviews", () => {
  it.each(admissions)("decodes all fields of %s", (name) => {
    const raw = JSON.parse(readReview(name));
    const { request: sent } = raw;
    expect(decoded(raw)).toEqual({
      version: name.includes("v1beta1") ? "v1beta1" : "v1",
      uid: sent.uid,
      kind: sent.kind,
      resource: sent.resource,
      subresource: sent.subResource ?? "",
      requestKind: sent.requestKind,
      requestResource: sent.requestResource,
      requestSubresource: sent.requestSubResource ?? "",
      name: sent.name ?? "",
      namespace: sent.namespace ?? "",
      operation: sent.operation,
      user: {
        username: sent.userInfo.username,
        uid: sent.userInfo.uid ?? "",
        groups: sent.userInfo.groups,
        extra: sent.userInfo.extra ?? {},
      },
      object: sent.object,
      oldObject: sent.oldObject,
      dryRun: sent.dryRun,
      options: sent.options ?? null,
    });
  });

  it.each(admissions)("decodes %s to the same review in v1 and v1beta1", (name) => {
    const raw = JSON.parse(readReview(name));
    const both = ["v1", "v1beta1"].map((version) => decoded({ ...raw, apiVersion: `admission.k8s.io/${version}` }));
    expect(both.map(({ version }) => version)).toEqual(["v1", "v1beta1"]);
    expect({ ...both[1], version: "v1" }).toEqual(both[0]);
  });
});

const many = "x".repeat(1025);

describe("decodeAdmissionReview returns a fault with its path", () => {
  it.each<[what: string, body: unknown, path: string, expected: string, about?: "kind"]>([
    ["null", null, "(body)", "expected an object"],
    ["a list", [review()], "(body)", "expected an object"],
    ["a string", "AdmissionReview", "(body)", "expected an object"],
    ["an empty object", {}, "kind", "expected a string"],
    ["a kind that is not a string", { kind: 1, apiVersion: "admission.k8s.io/v1" }, "kind", "expected a string"],
    ["an empty apiVersion", review({}, ""), "apiVersion", "expected a string"],
    ["another kind", { ...review(), kind: "ConversionReview" }, "kind", 'expected "AdmissionReview"', "kind"],
    [
      "another version",
      review({}, "admission.k8s.io/v2"),
      "apiVersion",
      'expected "admission.k8s.io/v1" or "admission.k8s.io/v1beta1"',
      "kind",
    ],
    [
      "another group",
      review({}, "example.com/v1"),
      "apiVersion",
      'expected "admission.k8s.io/v1" or "admission.k8s.io/v1beta1"',
      "kind",
    ],
    ["no request", { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview" }, "request", "expected an object"],
    ["a request that is null", { ...review(), request: null }, "request", "expected an object"],
    ["no uid", review({ uid: undefined }), "request.uid", "expected a string"],
    ["an empty uid", review({ uid: "" }), "request.uid", "expected at least 1 character"],
    ["a huge uid", review({ uid: many }), "request.uid", "expected at most 1024 characters"],
    ["no kind", review({ kind: null }), "request.kind", "expected an object"],
    [
      "a kind without a version",
      review({ kind: { group: "", kind: "Pod" } }),
      "request.kind.version",
      "expected a string",
    ],
    [
      "an empty resource",
      review({ resource: { ...gvr, resource: "" } }),
      "request.resource.resource",
      "expected at least 1 character",
    ],
    [
      "a huge resource",
      review({ resource: { ...gvr, resource: many } }),
      "request.resource.resource",
      "expected at most 1024 characters",
    ],
    ["a subresource that is a number", review({ subResource: 1 }), "request.subResource", "expected a string"],
    ["a requestKind that is a string", review({ requestKind: "Pod" }), "request.requestKind", "expected an object"],
    ["a name that is a list", review({ name: ["a"] }), "request.name", "expected a string"],
    ["a namespace that is an object", review({ namespace: {} }), "request.namespace", "expected a string"],
    [
      "no operation",
      review({ operation: undefined }),
      "request.operation",
      'expected "CREATE" or "UPDATE" or "DELETE" or "CONNECT"',
    ],
    [
      "an operation in lower case",
      review({ operation: "create" }),
      "request.operation",
      'expected "CREATE" or "UPDATE" or "DELETE" or "CONNECT"',
    ],
    ["no user", review({ userInfo: null }), "request.userInfo", "expected an object"],
    [
      "a group that is a number",
      review({ userInfo: { groups: ["a", 1] } }),
      "request.userInfo.groups.1",
      "expected a string",
    ],
    ["extra that is a list", review({ userInfo: { extra: ["a"] } }), "request.userInfo.extra", "expected a record"],
    [
      "extra with a bare string",
      review({ userInfo: { extra: { a: "b" } } }),
      "request.userInfo.extra.a",
      "expected an array",
    ],
    ["dryRun as a string", review({ dryRun: "true" }), "request.dryRun", "expected a boolean"],
    ["options as a list", review({ options: [] }), "request.options", "expected an object"],
    ["CREATE of nothing", review({ object: null }), "request.object", "expected an object for CREATE"],
    ["CREATE of a list", review({ object: [pod] }), "request.object", "expected an object for CREATE"],
    ["CREATE of a string", review({ object: "Pod" }), "request.object", "expected an object for CREATE"],
    [
      "UPDATE to nothing",
      review({ operation: "UPDATE", object: undefined, oldObject: pod }),
      "request.object",
      "expected an object for UPDATE",
    ],
    ["UPDATE of nothing", review({ operation: "UPDATE" }), "request.oldObject", "expected an object for UPDATE"],
    [
      "UPDATE of a number",
      review({ operation: "UPDATE", oldObject: 0 }),
      "request.oldObject",
      "expected an object for UPDATE",
    ],
    [
      "DELETE with an object",
      review({ operation: "DELETE", oldObject: pod }),
      "request.object",
      "expected null for DELETE",
    ],
    [
      "DELETE of a list",
      review({ operation: "DELETE", object: null, oldObject: [] }),
      "request.oldObject",
      "expected an object for DELETE",
    ],
    [
      "CONNECT with a list",
      review({ operation: "CONNECT", object: [] }),
      "request.object",
      "expected an object for CONNECT",
    ],
  ])("for %s", (_what, body, path, expected, about = undefined) => {
    expect(decodeAdmissionReview(body)).toEqual({ ok: false, fault: { path, expected, about: about ?? "shape" } });
  });
});

describe("decodeAdmissionReview accepts", () => {
  it("optional members that are null or absent", () => {
    const optional = [
      "subResource",
      "requestKind",
      "requestResource",
      "requestSubResource",
      "name",
      "namespace",
      "oldObject",
      "dryRun",
      "options",
    ];
    const bare = decoded(review({ userInfo: { username: null, uid: null, groups: null, extra: null } }));
    expect(decoded(review(Object.fromEntries(optional.map((key) => [key, null]))))).toEqual(bare);
    expect(decoded(review())).toEqual(bare);
    expect(bare).toMatchObject({
      subresource: "",
      requestKind: gvk,
      requestResource: gvr,
      requestSubresource: "",
      name: "",
      namespace: "",
    });
    expect(bare).toMatchObject({
      oldObject: null,
      dryRun: false,
      options: null,
      user: { username: "", uid: "", groups: [], extra: {} },
    });
  });

  it.each([
    ["DELETE with the old object", { operation: "DELETE", object: null, oldObject: pod }],
    ["DELETE without objects, as sent to mutating webhooks", { operation: "DELETE", object: null, oldObject: null }],
    ["CONNECT with options", { operation: "CONNECT", object: { kind: "PodExecOptions" } }],
    ["CONNECT without an object", { operation: "CONNECT", object: null }],
  ])("%s", (_what, changes) => {
    const { object, oldObject } = decoded(review(changes));
    expect({ object, oldObject }).toEqual({
      object: changes.object,
      oldObject: "oldObject" in changes ? changes.oldObject : null,
    });
  });

  it.each([
    { operation: "DELETE", name: undefined, oldObject: pod, expected: "a" },
    { operation: "DELETE", name: "", oldObject: pod, expected: "a" },
    { operation: "DELETE", name: "given", oldObject: pod, expected: "given" },
    { operation: "DELETE", name: undefined, oldObject: null, expected: "" },
    { operation: "DELETE", name: undefined, oldObject: { metadata: { name: 5 } }, expected: "" },
    { operation: "DELETE", name: undefined, oldObject: { metadata: [] }, expected: "" },
    { operation: "CREATE", name: undefined, oldObject: null, expected: "" },
  ])(
    "$operation with name $name and old object $oldObject, and returns the name $expected",
    ({ expected, ...changes }) => {
      const object = changes.operation === "DELETE" ? null : pod;
      expect(decoded(review({ ...changes, object })).name).toBe(expected);
    },
  );

  it("unknown members, which newer API servers add", () => {
    expect(decoded({ ...review({ newField: { a: 1 } }), response: {} })).toEqual(decoded(review()));
  });

  it("a name of any length, because RBAC objects may have one and an error allows them with failurePolicy Ignore", () => {
    expect(decoded(review({ name: "x".repeat(100_000) })).name).toHaveLength(100_000);
  });

  it("an object with members such as __proto__, and returns it by reference", () => {
    const object = JSON.parse('{"__proto__":{"a":1},"constructor":{"prototype":5}}');
    expect(decoded(review({ object })).object).toBe(object);
  });

  it("a user with an extra key that every object inherits", () => {
    const { user } = decoded(
      JSON.parse(
        JSON.stringify(review()).replace('"userInfo":{}', '"userInfo":{"extra":{"constructor":["a"],"b":null}}'),
      ),
    );
    expect(Object.entries(user.extra)).toEqual([
      ["constructor", ["a"]],
      ["b", []],
    ]);
  });
});
