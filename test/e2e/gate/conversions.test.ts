import { afterAll, beforeAll, expect, it } from "vitest";
import type { ApiAnswer, KubeObject } from "../../cluster/ClusterApi.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { sharedCluster } from "../../cluster/sharedCluster.ts";
import { eventually } from "../../run/eventually.ts";
import type { GateServer } from "../edges/GateServer.ts";
import { startWorkersEdge } from "../edges/startWorkersEdge.ts";
import { renderText } from "../registration/renderGate.ts";

const GATE = new URL("../gates/conversions.ts", import.meta.url).pathname;
const GROUP = "e2e.postern.dev";
const CRD = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions`;

const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
const crd = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `gateways.${GROUP}` },
  spec: {
    group: GROUP,
    scope: "Namespaced",
    names: { plural: "gateways", singular: "gateway", kind: "Gateway", listKind: "GatewayList" },
    versions: ["v1alpha1", "v1beta1", "v1"].map((name) => ({
      name,
      served: true,
      storage: name === "v1",
      schema: { openAPIV3Schema: { type: "object", properties: { spec: anything } } },
    })),
  },
};

let cluster: ClusterClient;
let server: GateServer;

const path = (version: string, name = ""): string =>
  `/apis/${GROUP}/${version}/namespaces/default/gateways${name === "" ? "" : `/${name}`}`;
const create = (version: string, name: string, spec: object): Promise<ApiAnswer> =>
  cluster.api.create(path(version), {
    apiVersion: `${GROUP}/${version}`,
    kind: "Gateway",
    metadata: { name, labels: { kept: "yes" }, annotations: { "example.com/kept": "ünïcödé" } },
    spec,
  });

beforeAll(async () => {
  cluster = await sharedCluster();
  server = await startWorkersEdge(GATE);
  // As usual, another field manager creates the definition. It owns the conversion strategy too, although it does not
  // set it.
  expect(await cluster.kubectl(["apply", "-f", "-"], JSON.stringify(crd))).toMatchObject({ code: 0 });
  const yaml = await renderText({ gate: GATE, url: server.url, ca: server.ca }, "yaml");
  const apply = ["apply", "--server-side", "--field-manager=postern", "-f", "-"];
  const refused = await cluster.kubectl(apply, yaml);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(
    'conflict with "kubectl-client-side-apply" using apiextensions.k8s.io/v1: .spec.conversion.strategy',
  );
  expect(await cluster.kubectl([...apply, "--force-conflicts"], yaml)).toMatchObject({ code: 0 });
  await eventually("all versions to be served through the gate", async () => {
    await create("v1", "probe", { host: "a", port: 1 });
    const { status, body } = await cluster.api.get(path("v1alpha1", "probe"));
    return status === 200 && body.spec.addresses !== undefined ? true : undefined;
  });
});

afterAll(async () => {
  await cluster?.api.delete(`${CRD}/gateways.${GROUP}`);
  await server?.stop();
  cluster?.close();
});

const forms: Readonly<Record<string, object>> = {
  v1alpha1: { addresses: ["gate.example.com:443"], weight: 5 },
  v1beta1: { address: "gate.example.com:443", weight: 5 },
  v1: { host: "gate.example.com", port: 443, weight: 5 },
};

it.each(Object.keys(forms))(
  "an object created in %s can be read in each version and is unchanged after a round trip",
  async (version) => {
    const name = `made-in-${version}`;
    const created = await create(version, name, forms[version] ?? {});
    expect(created.status).toBe(201);
    for (const [other, spec] of Object.entries(forms)) {
      const { body } = await cluster.api.get(path(other, name));
      expect(body).toMatchObject({
        apiVersion: `${GROUP}/${other}`,
        kind: "Gateway",
        metadata: { name, uid: created.body.metadata.uid },
      });
      expect(body.spec).toEqual(spec);
      expect(body.metadata.labels).toEqual({ kept: "yes" });
      expect(body.metadata.annotations).toEqual({ "example.com/kept": "ünïcödé" });
      // Writing the object back unchanged does not increase its generation.
      const written = await cluster.api.replace(path(other, name), body);
      expect(written.status).toBe(200);
      expect(written.body.metadata.generation).toBe(1);
    }
  },
);

it("a list is converted to another version in order", async () => {
  await Promise.all(["a", "b", "c"].map((name) => create("v1", `listed-${name}`, { host: name, port: 1 })));
  const { body } = await cluster.api.get(path("v1beta1"));
  const listed = body.items.filter(({ metadata }: KubeObject) => metadata.name.startsWith("listed-"));
  expect(listed.map(({ spec }: KubeObject) => spec.address)).toEqual(["a:1", "b:1", "c:1"]);
});

it.each([
  { what: "an invalid address", version: "v1beta1", spec: { address: "nowhere" }, reason: "nowhere is not HOST:PORT" },
  {
    what: "two addresses",
    version: "v1alpha1",
    spec: { addresses: ["a:1", "b:2"] },
    reason: "spec.addresses has 2 elements, not one",
  },
])(
  "a failed conversion of $what names the object in the message and stores nothing",
  async ({ version, spec, reason }) => {
    const { status, body } = await create(version, "broken", spec);
    expect(status).toBe(500);
    expect(body.message).toContain(`conversion webhook for ${GROUP}/${version}, Kind=Gateway failed`);
    expect(body.message).toContain("broken");
    expect(body.message).toContain(reason);
    expect((await cluster.api.get(path("v1", "broken"))).status).toBe(404);
  },
);
