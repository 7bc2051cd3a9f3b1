import { describe, expect, it } from "vitest";
import { ClusterReader } from "../../../src/doctor/cluster/ClusterReader.ts";
import { readServiceSecrets } from "../../../src/doctor/cluster/readServiceSecrets.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { TestCa } from "../../cluster/TestCa.ts";

const SERVICE = { namespace: "hooks", name: "theirs" };
const AT = "/api/v1/namespaces/hooks";
const ca = await TestCa.create("ca");
const serving = await ca.issue({ name: "x", hosts: ["theirs.hooks.svc"] });
const other = await ca.issue({ name: "x", hosts: ["other.hooks.svc"] });

const secretPath = (name: string): string =>
  `${AT}/secrets?fieldSelector=${encodeURIComponent(`metadata.name=${name},type=kubernetes.io/tls`)}`;
const tls = (cert: string, metadata: JsonObject = {}): JsonObject => ({
  items: [{ metadata, data: { "tls.crt": Buffer.from(cert).toString("base64"), "tls.key": "c2VjcmV0" } }],
});
const PODS = `${AT}/pods?labelSelector=app%3Dtheirs&limit=5`;
const volumes = [
  { secret: { secretName: "serving" } },
  { projected: { sources: [{ secret: { name: "other" } }, { configMap: { name: "x" } }] } },
  { configMap: { name: "no-secret" } },
];
const answers: Readonly<Record<string, JsonObject>> = {
  [`${AT}/services/theirs`]: { spec: { selector: { app: "theirs" } } },
  [PODS]: { items: [{ spec: { volumes } }, { spec: { volumes } }] },
  [secretPath("serving")]: tls(serving.cert, {
    managedFields: [
      { manager: "old", time: "2026-01-01T00:00:00Z", fieldsV1: { "f:data": {} } },
      { manager: "helm", time: "2026-02-01T00:00:00Z", fieldsV1: { "f:data": {} } },
      { manager: "labeller", time: "2026-03-01T00:00:00Z", fieldsV1: { "f:metadata": {} } },
    ],
  }),
  [secretPath("other")]: tls(other.cert),
};

async function read(given: Readonly<Record<string, JsonObject>>, forbidden = /^$/) {
  const calls: string[] = [];
  const reader = new ClusterReader(async ({ path }) => {
    calls.push(path);
    if (forbidden.test(path)) return { status: 403, body: { message: "forbidden" } };
    const body = given[path];
    return body === undefined ? { status: 404, body: {} } : { status: 200, body };
  }, Date.now);
  const found = await readServiceSecrets(reader, [SERVICE]);
  return { found, unseen: reader.unseen, calls };
}

describe("readServiceSecrets", () => {
  it("returns the TLS Secret that the Pods mount and whose certificate is for the Service, without its key", async () => {
    const { found, unseen, calls } = await read(answers);
    expect(found).toMatchObject([{ service: SERVICE, name: "serving", writer: "helm", renewer: undefined }]);
    expect(found[0]?.leaf.sans.dns).toEqual(["theirs.hooks.svc"]);
    expect(JSON.stringify(found)).not.toContain("c2VjcmV0");
    expect(unseen).toEqual([]);
    expect(calls).toEqual([`${AT}/services/theirs`, PODS, secretPath("serving"), secretPath("other")]);
  });

  it("reads the renewer from annotations", async () => {
    const annotations = { "service.beta.openshift.io/originating-service-name": "theirs" };
    const { found } = await read({ ...answers, [secretPath("serving")]: tls(serving.cert, { annotations }) });
    expect(found).toMatchObject([{ renewer: "the service CA operator of OpenShift" }]);
  });

  it.each([
    [/services\/theirs$/, "Service/hooks/theirs"],
    [/pods/, "Pods of Service/hooks/theirs"],
    [/secrets.*serving/, "Secret/hooks/serving"],
  ])("records what it may not read: %s", async (forbidden, what) => {
    const { found, unseen } = await read(answers, forbidden);
    expect({ found, unseen }).toEqual({ found: [], unseen: [{ what, reason: "403 forbidden" }] });
  });

  it.each<[string, Readonly<Record<string, JsonObject>>]>([
    ["the Service does not exist", {}],
    ["the Service has no selector", { ...answers, [`${AT}/services/theirs`]: { spec: {} } }],
    ["the Service has no Pods", { ...answers, [PODS]: { items: [] } }],
    ["the Secret is not of type kubernetes.io/tls", { ...answers, [secretPath("serving")]: { items: [] } }],
    ["the Secret has no certificate", { ...answers, [secretPath("serving")]: tls("nonsense") }],
    ["the Secret has no data", { ...answers, [secretPath("serving")]: { items: [{}] } }],
  ])("returns nothing if %s", async (_what, given) => {
    const { found, unseen } = await read(given);
    expect({ found, unseen }).toEqual({ found: [], unseen: [] });
  });
});
