import type { Deployment } from "kubernetes-types/apps/v1.js";
import type { Scale } from "kubernetes-types/autoscaling/v1.js";
import type { HorizontalPodAutoscaler } from "kubernetes-types/autoscaling/v2.js";
import type { Binding, Event as CoreEvent, Namespace, Pod } from "kubernetes-types/core/v1.js";
import type { Event } from "kubernetes-types/events/v1.js";
import type { FlowSchema } from "kubernetes-types/flowcontrol/v1.js";
import { describe, expectTypeOf, it } from "vitest";
import * as z from "zod/mini";
import { policy } from "../../../src/index.ts";
import type { PodContainer } from "../../../src/policy/define/podContainers.ts";
import type { Policy, RawParams } from "../../../src/policy/define/policy.ts";
import type { KubernetesObject, PodExecOptions } from "../../../src/policy/define/ResourceTypes.ts";

// The type check verifies this file: a wrong expectation does not compile. The tests show that policy() accepts the definitions.

describe("the type of ctx.object is", () => {
  it("a Pod for pods", () => {
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

  it("a Pod for Pod templates and ephemeral containers", () => {
    policy({
      name: "a",
      match: { resources: ["pods", "pods/ephemeralcontainers"], podTemplates: true },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<Pod>() && undefined,
    });
  });

  it("a union for several resources", () => {
    policy({
      name: "a",
      match: { resources: ["pods", "deployments"] },
      validate: ({ object, oldObject }) => {
        expectTypeOf(object).toEqualTypeOf<Pod | Deployment>();
        expectTypeOf(oldObject).toEqualTypeOf<Pod | Deployment | null>();
      },
    });
  });

  it("the object of a subresource", () => {
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

  it("the object of the newest stable version", () => {
    policy({
      name: "a",
      match: { resources: ["horizontalpodautoscalers", "flowschemas"] },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<HorizontalPodAutoscaler | FlowSchema>() && undefined,
    });
  });

  it("the event of the group", () => {
    policy({
      name: "a",
      match: { resources: ["events"] },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<CoreEvent>() && undefined,
    });
    policy({
      name: "a",
      match: { resources: ["events"], apiGroups: ["events.k8s.io"] },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<Event>() && undefined,
    });
    policy({
      name: "a",
      match: { resources: ["events"], apiGroups: ["", "events.k8s.io"] },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<CoreEvent | Event>() && undefined,
    });
  });

  it("a Binding for both ways to bind a Pod", () => {
    policy({
      name: "a",
      match: { resources: ["bindings", "pods/binding"], operations: ["CREATE"] },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<Binding>() && undefined,
    });
  });

  it("KubernetesObject for a custom resource and a wildcard", () => {
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

  it("KubernetesObject for a resource of another group with a built-in name", () => {
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

  it("the built-in type when its group is named", () => {
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

  it("KubernetesObject for resources that are only known at run time", () => {
    const resources: readonly string[] = ["pods"];
    policy({
      name: "a",
      match: { resources },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<KubernetesObject>() && undefined,
    });
  });
});

describe("the types of ctx.object and ctx.oldObject", () => {
  it("are both nullable for DELETE", () => {
    policy({
      name: "a",
      match: { resources: ["pods"], operations: ["DELETE"] },
      validate: ({ object, oldObject }) => {
        expectTypeOf(object).toEqualTypeOf<Pod | null>();
        expectTypeOf(oldObject).toEqualTypeOf<Pod | null>();
      },
    });
  });

  it("have a nullable object for DELETE among other operations", () => {
    policy({
      name: "a",
      match: { resources: ["pods"], operations: ["CREATE", "DELETE"] },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<Pod | null>() && undefined,
    });
  });

  it("are both not nullable for only UPDATE", () => {
    policy({
      name: "a",
      match: { resources: ["pods"], operations: ["UPDATE"] },
      validate: ({ object, oldObject }) => {
        expectTypeOf(object).toEqualTypeOf<Pod>();
        expectTypeOf(oldObject).toEqualTypeOf<Pod>();
      },
    });
  });

  it("have an object that is not nullable for CREATE", () => {
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

describe("the types of mutate", () => {
  it("have a draft that can be changed", () => {
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

  it("have a draft of a custom resource with metadata that can be changed", () => {
    policy({
      name: "a",
      match: { resources: ["widgets"], apiGroups: ["example.com"] },
      mutate: (draft) => {
        expectTypeOf(draft).toEqualTypeOf<KubernetesObject>();
        draft.metadata ??= {};
      },
    });
  });

  it("are the same as those of validate", () => {
    policy({
      name: "a",
      match: { resources: ["deployments"] },
      validate: ({ object }) => expectTypeOf(object).toEqualTypeOf<Deployment>() && undefined,
      mutate: (draft) => expectTypeOf(draft).toEqualTypeOf<Deployment>() && undefined,
    });
  });
});

describe("the type of ctx.params", () => {
  it("is the result of the parser", () => {
    policy({
      name: "a",
      match: { resources: ["pods"] },
      params: { parse: (value: unknown): { max: number } => ({ max: Number(value) }) },
      validate: ({ params }) => expectTypeOf(params).toEqualTypeOf<{ max: number }>() && undefined,
    });
  });

  it("is the output of a zod schema", () => {
    policy({
      name: "a",
      match: { resources: ["pods"] },
      params: z.object({ teams: z.array(z.string()) }),
      validate: ({ params }) => expectTypeOf(params).toEqualTypeOf<{ teams: string[] }>() && undefined,
    });
  });
});
