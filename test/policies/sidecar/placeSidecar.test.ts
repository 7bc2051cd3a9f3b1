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

describe("placeSidecar adds", () => {
  it("all parts at their places", async () => {
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

  it("all parts with only add operations", async () => {
    const verdict = await judge(injectSidecar(meshSidecar), create(), "mutate");
    expect(verdict.allowed && verdict.patch.map(({ op, path }) => `${op} ${path}`).sort()).toEqual([
      "add /metadata/annotations/example.com~1logs",
      "add /spec/containers/2",
      "add /spec/initContainers/0",
      "add /spec/initContainers/1",
      "add /spec/volumes/3",
    ]);
  });

  it("init containers after the Pod's own with position last", async () => {
    const pod = await applyMutators(injectSidecar({ ...meshSidecar, position: "last" }), create());
    expect(namesOf(pod.spec.initContainers)).toEqual(["migrate", "mesh-setup", "mesh"]);
  });

  it.each<[what: string, change: (object: Loose) => void]>([
    [
      "without lists",
      ({ spec }) => {
        for (const list of ["containers", "initContainers", "volumes"]) delete spec[list];
      },
    ],
    [
      "with lists that are null",
      ({ spec }) => {
        for (const list of ["containers", "initContainers", "volumes"]) spec[list] = null;
      },
    ],
    [
      "without a spec",
      (object) => {
        delete object.spec;
      },
    ],
    [
      "without metadata and spec",
      (object) => {
        delete object.metadata;
        delete object.spec;
      },
    ],
  ])("all parts to a Pod %s", async (_what, change) => {
    const { spec, metadata } = await applyMutators(injectSidecar(meshSidecar), create(change));
    expect(spec).toMatchObject({ containers: [agent], initContainers: [setup, proxy], volumes: [logs] });
    expect(metadata.annotations).toMatchObject({ "example.com/logs": "ja ✓" });
  });

  it("only lists for injected parts", async () => {
    const review = create((object) => {
      object.spec = { containers: [] };
    });
    expect(await applyMutators(injectSidecar({ annotations: { a: "1" } }), review)).toEqual({
      ...review.object,
      metadata: { ...(review.object?.metadata as object), annotations: expect.objectContaining({ a: "1" }) },
    });
    expect((await applyMutators(injectSidecar({ containers: [agent] }), review)).spec).toEqual({ containers: [agent] });
  });

  it("two sidecars of two policies next to each other", async () => {
    const other = injectSidecar({ name: "other", initContainers: [{ name: "other", image: "other:1" }] });
    const pod = await applyMutators([injectSidecar({ initContainers: [proxy] }), other], create());
    expect(namesOf(pod.spec.initContainers)).toEqual(["other", "mesh", "migrate"]);
  });
});

describe("placeSidecar with an element that has the name of an injected one", () => {
  const conflict = (object: Loose): void => {
    object.spec.containers.unshift({ name: "log-agent", image: "busybox:1" });
    object.spec.volumes[0] = { name: "logs", hostPath: { path: "/" } };
  };
  const message = (path: string, kind: string): string =>
    `${path} has the name of a ${kind} that inject-sidecar injects, but differs from it`;

  it("denies the Pod by default", async () => {
    expect(await judge(injectSidecar(meshSidecar), create(conflict), "mutate")).toMatchObject({
      allowed: false,
      code: 403,
      message: [
        `inject-sidecar: ${message("spec.containers[0]", "container")}`,
        `inject-sidecar: ${message("spec.volumes[0]", "volume")}`,
      ].join("\n"),
    });
  });

  it("keeps it with a warning and adds the other parts with keep", async () => {
    const policy = injectSidecar({ ...meshSidecar, onConflict: "keep" });
    const pod = await applyMutators(policy, create(conflict));
    expect(pod.spec.containers[0]).toEqual({ name: "log-agent", image: "busybox:1" });
    expect(namesOf(pod.spec.initContainers)).toEqual(["mesh-setup", "mesh", "migrate"]);
    const { warnings } = await judge(policy, create(conflict), "mutate");
    expect(warnings).toEqual([
      `inject-sidecar: ${message("spec.containers[0]", "container")}; it is kept`,
      `inject-sidecar: ${message("spec.volumes[0]", "volume")}; it is kept`,
    ]);
  });

  it.each<"deny" | "replace">(["deny", "replace"])("with %s makes an impostor what is declared", async (onConflict) => {
    const declared = {
      name: "proxy-agent",
      image: "registry.example.com/proxy:1.4",
      restartPolicy: "Always",
      args: ["run"],
      securityContext: { runAsNonRoot: true },
    };
    const impostor = {
      ...declared,
      command: ["/bin/true"],
      env: [{ name: "PROXY_OFF", value: "1" }],
      securityContext: { runAsNonRoot: true, privileged: true },
      imagePullPolicy: "IfNotPresent",
    };
    const pod = await applyMutators(
      injectSidecar({ initContainers: [declared], onConflict }),
      create(({ spec }) => spec.initContainers.push(impostor)),
    );
    expect(pod.spec.initContainers).toEqual([
      { ...declared, imagePullPolicy: "IfNotPresent" },
      expect.objectContaining({ name: "migrate" }),
    ]);
  });

  it("keeps an impostor only with keep, and warns", async () => {
    const policy = injectSidecar({ containers: [agent], onConflict: "keep" });
    const review = create(({ spec }) => spec.containers.push({ ...agent, command: ["/bin/true"] }));
    expect(await judge(policy, review, "mutate")).toMatchObject({
      allowed: true,
      patch: [],
      warnings: [`inject-sidecar: ${message("spec.containers[2]", "container")}; it is kept`],
    });
  });

  it("makes a volume what is declared", async () => {
    const policy = injectSidecar({ volumes: [{ name: "token", secret: { secretName: "mesh" } }] });
    const pod = await applyMutators(
      policy,
      create(({ spec }) =>
        spec.volumes.push({
          name: "token",
          secret: { secretName: "mesh", defaultMode: 420, items: [{ key: "a", path: "b" }] },
        }),
      ),
    );
    expect(pod.spec.volumes.at(-1)).toEqual({ name: "token", secret: { secretName: "mesh", defaultMode: 420 } });
  });

  it("replaces it in its place with replace", async () => {
    const pod = await applyMutators(injectSidecar({ ...meshSidecar, onConflict: "replace" }), create(conflict));
    expect(pod.spec.containers[0]).toEqual(agent);
    expect(pod.spec.volumes[0]).toEqual(logs);
    expect(namesOf(pod.spec.containers)).toEqual(["log-agent", "web", "proxy"]);
  });

  it.each<["deny" | "keep" | "replace", allowed: boolean]>([
    ["deny", false],
    ["replace", false],
    ["keep", true],
  ])("does not replace it in the other list of containers with %s", async (onConflict, allowed) => {
    const review = create(({ spec }) => spec.containers.push({ ...proxy, restartPolicy: undefined }));
    const verdict = await judge(injectSidecar({ initContainers: [proxy], onConflict }), review, "mutate");
    expect(verdict.allowed).toBe(allowed);
    expect(JSON.stringify(verdict)).toContain(message("spec.containers[2]", "container"));
    expect(verdict).toMatchObject(allowed ? { patch: [] } : { code: 403 });
  });
});

it.each<[network: string, hostNetwork: boolean | undefined, ports: object[]]>([
  ["its own network", undefined, [{ containerPort: 15001 }]],
  ["the network of its node", true, [{ containerPort: 15001, hostPort: 15001 }]],
])("placeSidecar leaves the host port of a present container in a Pod with %s", async (_, hostNetwork, ports) => {
  const review = create(({ spec }) => {
    if (hostNetwork !== undefined) spec.hostNetwork = hostNetwork;
    spec.containers = [{ name: "p", image: "p:1", ports: [{ containerPort: 15001, hostPort: 15001 }] }];
  });
  const policy = injectSidecar({ containers: [{ name: "p", image: "p:1", ports: [{ containerPort: 15001 }] }] });
  expect((await applyMutators(policy, review)).spec.containers[0].ports).toEqual(ports);
});
