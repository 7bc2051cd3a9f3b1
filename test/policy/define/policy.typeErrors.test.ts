import type { Pod } from "kubernetes-types/core/v1.js";
import { describe, expectTypeOf, it } from "vitest";
import { deny, policy } from "../../../src/index.ts";
import type { Findings, Policy } from "../../../src/policy/define/policy.ts";

// Held by the type check: what is expected to be an error, and compiles, is an error.

describe("findings", () => {
  it("are nothing, one, several, generated, or promised", () => {
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

  it("are nothing else", () => {
    const match = { resources: ["pods"] } as const;
    // @ts-expect-error a boolean is no finding
    policy({ name: "a", match, validate: () => true });
    // @ts-expect-error a message is no finding
    policy({ name: "a", match, validate: () => "no" });
  });
});

describe("what is refused as it is written", () => {
  it("is a field that the object does not have, and an object put in the place of the reviewed one", () => {
    policy({
      name: "a",
      match: { resources: ["pods"] },
      validate: (ctx) => {
        // @ts-expect-error a Pod has no replicas
        void ctx.object.spec?.replicas;
        // @ts-expect-error the context is for reading
        ctx.object = {};
      },
    });
  });

  it("is an object taken for granted where there may be none", () => {
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

  it("is an operation, a mode at the deadline or a scope that does not exist", () => {
    const validate = (): undefined => undefined;
    const attempts = [
      // @ts-expect-error operations are written in capitals
      () => policy({ name: "a", match: { resources: ["pods"], operations: ["create"] }, validate }),
      // @ts-expect-error not a fallback
      () => policy({ name: "a", match: { resources: ["pods"] }, onDeadline: "ignore", validate }),
      // @ts-expect-error not a scope
      () => policy({ name: "a", match: { resources: ["pods"], scope: "Namespace" }, validate }),
      // @ts-expect-error a match needs resources
      () => policy({ name: "a", match: {}, validate }),
    ];
    expectTypeOf(attempts).toExtend<readonly (() => Policy)[]>();
  });
});
