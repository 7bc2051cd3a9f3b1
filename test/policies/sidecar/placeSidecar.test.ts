import { describe, expect, it } from "vitest";
import { injectSidecar } from "../../../src/policies/sidecar/injectSidecar.ts";
import { applyMutators } from "../applyMutators.ts";
import { judge } from "../judge.ts";
import { meshSidecar } from "../meshSidecar.ts";
import { type Loose, reviewFrom } from "../reviewFrom.ts";

const [agent] = meshSidecar.containers;
const [setup, proxy] = meshSidecar.initContainers;
const [logs] = meshSidecar.volumes;
const namesOf = (list: readonly { name: string }[] | undefined): string[] => (list ?? []).map(({ name }) => name);
const create = (change?: (object: Loose) => void) => reviewFrom("mutate-v1-create-pods-1", change);

describe("a Pod gets", () => {
  it("all parts, each in its place", async () => {
    const review = create();
    const pod = await applyMutators(injectSidecar(meshSidecar), review);
    const { spec, metadata }: Loose = structuredClone(review.object);
    spec.initContainers.unshift(setup, proxy);
    spec.containers.push(agent);
    spec.volumes.push(logs);
    metadata.annotations["example.com/logs"] = "ja ✓";
    expect(pod).toEqual({ ...review.object, spec, metadata });
    expect(metadata.annotations["prometheus.io/port"]).toBe("9113");
  });

  it("them by additions alone", async () => {
    const verdict = await judge(injectSidecar(meshSidecar), create(), "mutate");
    expect(verdict.allowed && verdict.patch.map(({ op, path }) => `${op} ${path}`).sort()).toEqual([
      "add /metadata/annotations/example.com~1logs",
      "add /spec/containers/2",
      "add /spec/initContainers/0",
      "add /spec/initContainers/1",
      "add /spec/volumes/3",
    ]);
  });

  it("init containers behind its own when told so", async () => {
    const pod = await applyMutators(injectSidecar({ ...meshSidecar, initPosition: "last" }), create());
    expect(namesOf(pod.spec.initContainers)).toEqual(["migrate", "mesh-setup", "mesh"]);
  });

  it.each<[what: string, change: (object: Loose) => void]>([
    [
      "no lists",
      ({ spec }) => {
        for (const list of ["containers", "initContainers", "volumes"]) delete spec[list];
      },
    ],
    [
      "null for its lists",
      ({ spec }) => {
        for (const list of ["containers", "initContainers", "volumes"]) spec[list] = null;
      },
    ],
    [
      "no spec",
      (object) => {
        delete object.spec;
      },
    ],
    [
      "neither metadata nor spec",
      (object) => {
        delete object.metadata;
        delete object.spec;
      },
    ],
  ])("everything where it has %s", async (_what, change) => {
    const { spec, metadata } = await applyMutators(injectSidecar(meshSidecar), create(change));
    expect(spec).toMatchObject({ containers: [agent], initContainers: [setup, proxy], volumes: [logs] });
    expect(metadata.annotations).toMatchObject({ "example.com/logs": "ja ✓" });
  });

  it("no lists for parts that are not injected", async () => {
    const review = create((object) => {
      object.spec = { containers: [] };
    });
    expect(await applyMutators(injectSidecar({ annotations: { a: "1" } }), review)).toEqual({
      ...review.object,
      metadata: { ...(review.object?.metadata as object), annotations: expect.objectContaining({ a: "1" }) },
    });
    expect((await applyMutators(injectSidecar({ containers: [agent] }), review)).spec).toEqual({ containers: [agent] });
  });

  it("two sidecars from two policies, which stay apart", async () => {
    const other = injectSidecar({ name: "other", initContainers: [{ name: "other", image: "other:1" }] });
    const pod = await applyMutators([injectSidecar({ initContainers: [proxy] }), other], create());
    expect(namesOf(pod.spec.initContainers)).toEqual(["other", "mesh", "migrate"]);
  });
});

describe("a name that is taken", () => {
  const foreign = (object: Loose): void => {
    object.spec.containers.unshift({ name: "log-agent", image: "busybox:1" });
    object.spec.volumes[0] = { name: "logs", hostPath: { path: "/" } };
  };
  const said = (path: string, what: string): string =>
    `${path} has the name of a ${what} that inject-sidecar injects, and is another`;

  it("is refused", async () => {
    expect(await judge(injectSidecar(meshSidecar), create(foreign), "mutate")).toMatchObject({
      allowed: false,
      code: 403,
      message: `${said("spec.containers[0]", "container")}; ${said("spec.volumes[0]", "volume")}`,
    });
  });

  it("is kept with a warning when told so, beside all other parts", async () => {
    const policy = injectSidecar({ ...meshSidecar, onConflict: "keep" });
    const pod = await applyMutators(policy, create(foreign));
    expect(pod.spec.containers[0]).toEqual({ name: "log-agent", image: "busybox:1" });
    expect(namesOf(pod.spec.initContainers)).toEqual(["mesh-setup", "mesh", "migrate"]);
    const { warnings } = await judge(policy, create(foreign), "mutate");
    expect(warnings).toEqual([
      `inject-sidecar: ${said("spec.containers[0]", "container")}; it is kept`,
      `inject-sidecar: ${said("spec.volumes[0]", "volume")}; it is kept`,
    ]);
  });

  it("is replaced when told so, in its place", async () => {
    const pod = await applyMutators(injectSidecar({ ...meshSidecar, onConflict: "replace" }), create(foreign));
    expect(pod.spec.containers[0]).toEqual(agent);
    expect(pod.spec.volumes[0]).toEqual(logs);
    expect(namesOf(pod.spec.containers)).toEqual(["log-agent", "web", "proxy"]);
  });

  it.each<["deny" | "keep" | "replace", allowed: boolean]>([
    ["deny", false],
    ["replace", false],
    ["keep", true],
  ])("by a container of the other list is not to be replaced: %s", async (onConflict, allowed) => {
    const review = create(({ spec }) => spec.containers.push({ ...proxy, restartPolicy: undefined }));
    const verdict = await judge(injectSidecar({ initContainers: [proxy], onConflict }), review, "mutate");
    expect(verdict.allowed).toBe(allowed);
    expect(JSON.stringify(verdict)).toContain(said("spec.containers[2]", "container"));
    expect(verdict).toMatchObject(allowed ? { patch: [] } : { code: 403 });
  });
});
