import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { sharedCluster } from "../../cluster/sharedCluster.ts";
import { eventually } from "../../run/eventually.ts";
import type { GateServer } from "../edges/GateServer.ts";
import { startNodeGate } from "../edges/startNodeGate.ts";
import { startWorkersEdge } from "../edges/startWorkersEdge.ts";
import { type RegisteredGate, registerGate } from "../registration/registerGate.ts";
import { StartedResources } from "../run/StartedResources.ts";

const GATE = new URL("../gates/exactNumbers.ts", import.meta.url).pathname;
const GROUP = "numbers.e2e.postern.dev";
const CRD = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/ledgers.${GROUP}`;
const MAX = "9223372036854775807";
const MIN = "-9223372036854775808";
const NANOS = "1764324000123456787";

const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
const crd = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `ledgers.${GROUP}` },
  spec: {
    group: GROUP,
    scope: "Namespaced",
    names: { plural: "ledgers", singular: "ledger", kind: "Ledger", listKind: "LedgerList" },
    versions: ["v1", "v2"].map((name) => ({
      name,
      served: true,
      storage: name === "v1",
      schema: { openAPIV3Schema: { type: "object", properties: { spec: anything } } },
    })),
  },
};

/** The text of a Ledger. Numbers are texts, for JavaScript would round them. */
const ledger = (name: string, spec: string, labels = "{}", version = "v1"): string =>
  `{"apiVersion":"${GROUP}/${version}","kind":"Ledger","metadata":{"name":"${name}","namespace":"default","labels":${labels}},"spec":${spec}}`;
const spec = `{"entries":[{"at":${MAX},"name":"b"},{"at":${NANOS},"name":"a"}],"least":${MIN},"nanos":${NANOS},"other":9007199254740993}`;
const entries = `"entries":[{"at":${NANOS},"name":"a"},{"at":${MAX},"name":"b"}]`;

describe.each([
  ["on Workers", startWorkersEdge],
  ["on Node", startNodeGate],
])("a gate %s", (_runtime, start) => {
  const started = new StartedResources();
  let cluster: ClusterClient;
  let server: GateServer;
  let registered: RegisteredGate;

  /** The text that the API server answers for an object. */
  const read = async (version: string, name: string): Promise<string> => {
    const path = `/apis/${GROUP}/${version}/namespaces/default/ledgers/${name}`;
    const { code, stdout, stderr } = await cluster.kubectl(["get", "--raw", path]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  };
  const write = (verb: "create" | "replace", text: string) => cluster.kubectl([verb, "-f", "-"], text);

  beforeAll(async () => {
    cluster = await started.add(sharedCluster(), (it) => it.close());
    server = await started.add(start(GATE), (it) => it.stop());
    expect(await cluster.kubectl(["apply", "--server-side", "-f", "-"], JSON.stringify(crd))).toMatchObject({
      code: 0,
    });
    const isCalled = async (): Promise<boolean> => {
      const path = `/apis/${GROUP}/v1/namespaces/default/ledgers`;
      const probe = JSON.parse(ledger("probe", '{"entries":[{"name":"a"}],"nanos":1}'));
      const { body } = await cluster.api.create(path, probe, { query: { dryRun: "All" } });
      return body.spec?.latest !== undefined;
    };
    registered = await registerGate({ cluster, gate: GATE, server, isCalled });
    await write("create", ledger("converted", '{"nanos":1}'));
    await eventually("both versions to be served through the gate", async () =>
      (await cluster.api.get(`/apis/${GROUP}/v2/namespaces/default/ledgers/converted`)).body.spec?.created === 1
        ? true
        : undefined,
    );
  });

  afterAll(async () => {
    await registered?.unregister();
    await cluster?.api.delete(CRD);
    await eventually("the definition to be gone", async () =>
      (await cluster.api.get(CRD)).status === 404 ? true : undefined,
    );
    await started.stop();
  });

  it("keeps the digits of int64 fields in mutations and in conversions, as they are stored", async () => {
    expect(await write("create", ledger("kept", spec))).toMatchObject({ code: 0 });
    // The API server sorts members.
    const stored = `"spec":{${entries},"latest":{"at":${MAX},"name":"b"},"least":${MIN},"nanos":${NANOS},"other":9007199254740993}`;
    expect(await read("v1", "kept")).toContain(stored);
    const converted = `"spec":{"created":${NANOS},${entries},"latest":{"at":${MAX},"name":"b"},"least":${MIN},"other":9007199254740993}`;
    expect(await read("v2", "kept")).toContain(converted);
    // Written in the other version, it is converted, mutated and converted back.
    const text = await read("v2", "kept");
    expect(await write("replace", text)).toMatchObject({ code: 0 });
    expect(await read("v1", "kept")).toContain(stored);
    expect(JSON.parse(await read("v1", "kept")).metadata.generation).toBe(1);
  });

  // The Workers runtime of these tests prints its log on the console.
  if (start === startNodeGate)
    it("refuses a mutator by its name that would round one, and stores nothing", async () => {
      const { code, stderr } = await write("create", ledger("rounded", spec, '{"round":"yes"}'));
      expect(code).toBe(1);
      expect(stderr).toContain("round: the policy failed; the gate's log has the error");
      const path = `/apis/${GROUP}/v1/namespaces/default/ledgers/rounded`;
      expect((await cluster.api.get(path)).status).toBe(404);
    });
});
