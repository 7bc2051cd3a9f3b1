import type { Deployment } from "kubernetes-types/apps/v1.js";
import type { Scale } from "kubernetes-types/autoscaling/v1.js";
import type { Namespace, Pod } from "kubernetes-types/core/v1.js";
import { describe, expectTypeOf, it } from "vitest";
import * as z from "zod/mini";
import { policy } from "../../../src/index.ts";
import type { PodContainer } from "../../../src/policy/define/podContainers.ts";
import type { Policy, RawParams } from "../../../src/policy/define/policy.ts";
import type { KubernetesObject, PodExecOptions } from "../../../src/policy/define/ResourceTypes.ts";

// Held by the type check: a wrong expectation here does not compile. Running them shows that the definitions are taken.

describe("ctx.object is", () => {
  it("a Pod when pods are matched", () => {
    const made = policy({
      name: "a",
      match: { resources: ["pods"] },
      validate: (ctx) => {
        expectTypeOf(ctx.object).toEqualTypeOf<Pod>();
        expectTypeOf(ctx.oldObject).toEqualTypeOf<Pod | null>();
        expectTypeOf(ctx.params).toEqualTypeOf<RawParams>();
        expectTypeOf(ctx.deadline).toEqualTypeOf<AbortSignal>();
        expectTypeOf(ctx.containers()).toEqualTypeOf<readonly PodContainer[]>();
        expectTypeOf(ctx.operation).toEqualTypeOf<"CREATE" | "UPDATE" | "DELETE" | "CONNECT">();
      },
    });
    expectTypeOf(made).toEqualTypeOf<Policy>();
  });

  it("a Pod, too, when its templates or its ephemeral containers are asked for", () => {
    policy({
      name: "a",
      match: { resources: ["pods", "pods/ephemeralcontainers"], podTemplates: true },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<Pod>() && undefined,
    });
  });

  it("one of several when several are matched", () => {
    policy({
      name: "a",
      match: { resources: ["pods", "deployments"] },
      validate: ({ object, oldObject }) => {
        expectTypeOf(object).toEqualTypeOf<Pod | Deployment>();
        expectTypeOf(oldObject).toEqualTypeOf<Pod | Deployment | null>();
      },
    });
  });

  it("what a subresource carries", () => {
    policy({
      name: "a",
      match: { resources: ["deployments/scale"], operations: ["UPDATE"] },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<Scale>() && undefined,
    });
    policy({
      name: "a",
      match: { resources: ["pods/exec"], operations: ["CONNECT"] },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<PodExecOptions | null>() && undefined,
    });
  });

  it("any object for a custom resource and for a wildcard", () => {
    policy({
      name: "a",
      match: { resources: ["widgets"], apiGroups: ["example.com"] },
      validate: ({ object }) => {
        expectTypeOf(object).toEqualTypeOf<KubernetesObject>();
        expectTypeOf(object.spec).toEqualTypeOf<unknown>();
      },
    });
    policy({
      name: "a",
      match: { resources: ["*"] },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<KubernetesObject>() && undefined,
    });
  });

  it("any object for another group's resource of a built-in name", () => {
    policy({
      name: "a",
      match: { resources: ["pods"], apiGroups: ["example.com"] },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<KubernetesObject>() && undefined,
    });
    policy({
      name: "a",
      match: { resources: ["pods"], apiGroups: ["*"] },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<KubernetesObject>() && undefined,
    });
  });

  it("the built-in type when its own group is named", () => {
    policy({
      name: "a",
      match: { resources: ["deployments"], apiGroups: ["apps"] },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<Deployment>() && undefined,
    });
    policy({
      name: "a",
      match: { resources: ["namespaces"], apiGroups: [""] },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<Namespace>() && undefined,
    });
  });

  it("any object where the resources are only known when it runs", () => {
    const resources: readonly string[] = ["pods"];
    policy({
      name: "a",
      match: { resources },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<KubernetesObject>() && undefined,
    });
  });
});

describe("by the operations,", () => {
  it("DELETE has perhaps no object", () => {
    policy({
      name: "a",
      match: { resources: ["pods"], operations: ["DELETE"] },
      validate: ({ object, oldObject }) => {
        expectTypeOf(object).toEqualTypeOf<Pod | null>();
        expectTypeOf(oldObject).toEqualTypeOf<Pod | null>();
      },
    });
  });

  it("DELETE among others makes the object uncertain", () => {
    policy({
      name: "a",
      match: { resources: ["pods"], operations: ["CREATE", "DELETE"] },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<Pod | null>() && undefined,
    });
  });

  it("UPDATE alone has both", () => {
    policy({
      name: "a",
      match: { resources: ["pods"], operations: ["UPDATE"] },
      validate: ({ object, oldObject }) => {
        expectTypeOf(object).toEqualTypeOf<Pod>();
        expectTypeOf(oldObject).toEqualTypeOf<Pod>();
      },
    });
  });

  it("CREATE has an object", () => {
    policy({
      name: "a",
      match: { resources: ["pods"], operations: ["CREATE"] },
      validate: ({ object, oldObject }) => {
        expectTypeOf(object).toEqualTypeOf<Pod>();
        expectTypeOf(oldObject).toEqualTypeOf<Pod | null>();
      },
    });
  });
});

describe("mutate", () => {
  it("gets a draft that can be changed", () => {
    policy({
      name: "a",
      match: { resources: ["pods"], operations: ["CREATE"] },
      mutate: (draft, ctx) => {
        expectTypeOf(draft).toEqualTypeOf<Pod>();
        expectTypeOf(ctx.object).toEqualTypeOf<Pod>();
        draft.metadata ??= {};
        draft.metadata.labels = { a: "b" };
        draft.spec?.containers.push({ name: "a", image: "a:1" });
      },
    });
  });

  it("gets a draft of a custom resource, whose metadata can be changed", () => {
    policy({
      name: "a",
      match: { resources: ["widgets"], apiGroups: ["example.com"] },
      mutate: (draft) => {
        expectTypeOf(draft).toEqualTypeOf<KubernetesObject>();
        draft.metadata ??= {};
      },
    });
  });

  it("stands beside validate, of the same object", () => {
    policy({
      name: "a",
      match: { resources: ["deployments"] },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<Deployment>() && undefined,
      mutate: (draft) => expectTypeOf(draft).toEqualTypeOf<Deployment>() && undefined,
    });
  });
});

describe("params", () => {
  it("have the type that their parser returns", () => {
    policy({
      name: "a",
      match: { resources: ["pods"] },
      params: { parse: (value: unknown): { max: number } => ({ max: Number(value) }) },
      validate: ({ params }) => expectTypeOf(params).toEqualTypeOf<{ max: number }>() && undefined,
    });
  });

  it("may be read by a zod schema", () => {
    policy({
      name: "a",
      match: { resources: ["pods"] },
      params: z.object({ teams: z.array(z.string()) }),
      validate: ({ params }) => expectTypeOf(params).toEqualTypeOf<{ teams: string[] }>() && undefined,
    });
  });
});
