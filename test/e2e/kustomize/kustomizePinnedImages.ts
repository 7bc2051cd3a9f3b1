import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Cluster } from "../../cluster/Cluster.ts";
import type { ApiAnswer } from "../../cluster/ClusterApi.ts";
import { eventually } from "../../run/eventually.ts";

const COMPONENT = fileURLToPath(new URL("../../../infra/kubernetes/components/pinned-images", import.meta.url));
const BASE = fileURLToPath(new URL("../../../infra/kubernetes/base", import.meta.url));
const DIGEST = `sha256:${"1".repeat(64)}`;

/** Registers tests of the component that refuses images without a digest. Call it in a `describe`. */
export function kustomizePinnedImages(clusterOf: () => Cluster): void {
  let cluster: Cluster;
  let folder: string;

  beforeAll(async () => {
    cluster = clusterOf();
    folder = join(cluster.place.folder, "pinned-images");
    await mkdir(folder);
    const file = { resources: [relative(folder, BASE)], components: [relative(folder, COMPONENT)] };
    await writeFile(join(folder, "kustomization.yaml"), JSON.stringify(file));
    const { code, stderr } = await cluster.kubectl(["apply", "-k", folder]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    // Pods need the ServiceAccount of a new namespace, which comes later than the namespace.
    await eventually("Pods with digests to be allowed", async () =>
      (await create(`a@${DIGEST}`)).status === 201 ? true : undefined,
    );
    await eventually("the policy to be in force", async () =>
      (await create("a:1")).status === 422 ? true : undefined,
    );
  });

  // The other suites create Pods with tags, in the namespaces of the base.
  afterAll(async () => {
    await cluster.kubectl(["delete", "-f", join(COMPONENT, "validatingadmissionpolicy.yaml")]);
    await eventually("the policy to be gone", async () => ((await create("a:1")).status === 201 ? true : undefined));
  });

  function create(
    image: string,
    other = `b@${DIGEST}`,
    { namespace = "postern-system", volume = `c@${DIGEST}` } = {},
  ): Promise<ApiAnswer> {
    const container = (name: string, of: string): object => ({
      name,
      image: of,
      securityContext: {
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        runAsUser: 1,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
      },
    });
    const volumes = [{ name: "c", image: { reference: volume } }];
    const spec = { containers: [container("a", image)], initContainers: [container("b", other)], volumes };
    const pod = { metadata: { name: "pinned" }, spec };
    return cluster.api.create(`/api/v1/namespaces/${namespace}/pods`, pod, { query: { dryRun: "All" } });
  }

  it.each<[string, string | undefined]>([
    ["postern:0.1.0", undefined],
    ["registry.example.com/postern", undefined],
    ["registry.example.com/postern@sha256:12", undefined],
    [`a@${DIGEST}`, "b:1"],
  ])("refuses a Pod with the image %s, and an init container with %s", async (image, other) => {
    const { status, body } = await create(image, other);
    expect(status).toBe(422);
    expect(body.message).toContain(
      `these images have no digest: ${other ?? image}; write NAME@sha256:DIGEST under images`,
    );
  });

  it("refuses a Pod with an image volume without a digest", async () => {
    const { status, body } = await create(`a@${DIGEST}`, undefined, { volume: "registry.example.com/files:1" });
    expect(status, body.message).toBe(422);
    expect(body.message).toContain("these images have no digest: registry.example.com/files:1; ");
  });

  it("allows a Pod whose images have digests, with or without a tag, and every image in other namespaces", async () => {
    const answers = [
      await create(`a@${DIGEST}`),
      await create(`a:1@${DIGEST}`),
      await create("a:1", "b:1", { namespace: "default", volume: "c:1" }),
    ];
    expect(answers.map(({ status, body }) => body.message ?? status)).toEqual([201, 201, 201]);
  });
}
