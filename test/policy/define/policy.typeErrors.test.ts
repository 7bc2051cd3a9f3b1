import type { Pod } from "kubernetes-types/core/v1.js";
import { describe, expectTypeOf, it } from "vitest";
import { deny, policy } from "../../../src/index.ts";
import type { Findings, Policy } from "../../../src/policy/define/policy.ts";

// The type check verifies this file: an expected error that compiles is an error.

describe("the type of findings", () => {
  it("accepts nothing, one finding, several, a generator and a promise", () => {
    const match = { resources: ["pods"] } as const;
    policy({ name: "a", match, validate: () => undefined });
    policy({ name: "a", match, validate: () => {} });
    policy({ name: "a", match, validate: () => deny("a") });
    policy({ name: "a", match, validate: ({ name }) => (name === "a" ? deny("a") : undefined) });
    policy({ name: "a", match, validate: ({ name }) => (name === "a" ? [deny("a")] : []) });
    policy({ name: "a", match, validate: ({ containers }) => containers().map(({ path }) => deny(path)) });
    policy({
      name: "a",
      match,
      *validate({ object }) {
        expectTypeOf(object).toEqualTypeOf<Pod>();
        yield deny("a");
      },
    });
    policy({ name: "a", match, validate: async ({ name }) => (name === "a" ? deny("a") : undefined) });
    expectTypeOf<ReturnType<typeof deny>>().toExtend<Findings>();
  });

  it("refuses other values", () => {
    const match = { resources: ["pods"] } as const;
    // @ts-expect-error a boolean is not a finding
    policy({ name: "a", match, validate: () => true });
    // @ts-expect-error a message is not a finding
    policy({ name: "a", match, validate: () => "no" });
  });
});

describe("the type of a policy refuses", () => {
  it("an unknown field of the object, and a change of the context", () => {
    policy({
      name: "a",
      match: { resources: ["pods"] },
      validate: (ctx) => {
        // @ts-expect-error a Pod has no replicas
        void ctx.object.spec?.replicas;
        // @ts-expect-error the context is read-only
        ctx.object = {};
      },
    });
  });

  it("use of an object that may be null", () => {
    policy({
      name: "a",
      match: { resources: ["pods"], operations: ["DELETE"] },
      validate: ({ object }) => {
        // @ts-expect-error the object of a DELETE may be null
        void object.metadata;
      },
    });
    policy({
      name: "a",
      match: { resources: ["pods"] },
      validate: ({ oldObject }) => {
        // @ts-expect-error a CREATE has no old object
        void oldObject.metadata;
      },
    });
  });

  it("an unknown operation, deadline fallback or scope", () => {
    const validate = (): undefined => undefined;
    const attempts = [
      // @ts-expect-error operations have capital letters
      () => policy({ name: "a", match: { resources: ["pods"], operations: ["create"] }, validate }),
      // @ts-expect-error not a deadline fallback
      () => policy({ name: "a", match: { resources: ["pods"] }, onDeadline: "ignore", validate }),
      // @ts-expect-error not a scope
      () => policy({ name: "a", match: { resources: ["pods"], scope: "Namespace" }, validate }),
      // @ts-expect-error a match requires resources
      () => policy({ name: "a", match: {}, validate }),
    ];
    expectTypeOf(attempts).toExtend<readonly (() => Policy)[]>();
  });
});
