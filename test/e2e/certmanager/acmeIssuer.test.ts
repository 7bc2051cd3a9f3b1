import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPair } from "../../../src/tls/pair/loadPair.ts";
import { verifyPair } from "../../../src/tls/pair/verifyPair.ts";
import { parseBundle } from "../../../src/trust/bundle.ts";
import { AcmeDns } from "../../acme/AcmeDns.ts";
import { PebbleCa } from "../../acme/PebbleCa.ts";
import { pebbleBinary } from "../../acme/pebbleBinary.ts";
import type { Cluster } from "../../cluster/Cluster.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { startCertManager } from "../../cluster/certmanager/startCertManager.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";
import { StartedResources } from "../run/StartedResources.ts";

const KUBERNETES = fileURLToPath(new URL("../../../infra/kubernetes", import.meta.url));
const HOST = "gate.example.com";
const ISSUE_TIMEOUT_MS = patience(150_000);
const SYSTEM = "/api/v1/namespaces/postern-system";
const CERTIFICATES = "/apis/cert-manager.io/v1/namespaces/postern-system/certificates";

const pebble = await pebbleBinary();

describe.skipIf(pebble === undefined)("the component issuer-acme-dns01", () => {
  const started = new StartedResources();
  let cluster: Cluster;
  let ca: PebbleCa;
  let dns: AcmeDns;

  beforeAll(async () => {
    const binary = pebble ?? "";
    [cluster, ca, dns] = await Promise.all([
      started.add(startCluster(), (it) => it.stop()),
      started.add(PebbleCa.start(binary), (it) => it.stop()),
      started.add(AcmeDns.start(`${binary}-challtestsrv`, { gate: `_acme-challenge.${HOST}.` }), (it) => it.stop()),
    ]);
    await startCertManager(cluster, [
      `--dns01-recursive-nameservers=${dns.nameServer}`,
      "--dns01-recursive-nameservers-only",
    ]);
    const folder = join(cluster.place.folder, "acme");
    await mkdir(folder);
    await writeFile(join(folder, "kustomization.yaml"), JSON.stringify(overlay(folder)));
    const { code, stderr } = await cluster.kubectl(["apply", "-k", folder]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  afterAll(() => started.stop());

  /** Changes only the ACME server and the DNS provider of the shipped manifests. */
  function overlay(folder: string): object {
    const at = (name: string): string => relative(folder, join(KUBERNETES, name));
    const account = { fulldomain: "gate.auth.example.com", subdomain: "gate", username: "test", password: "test" };
    const acmeDNS = { host: dns.url, accountSecretRef: { name: "dns-account", key: "accounts.json" } };
    const changes = {
      server: ca.directory,
      caBundle: Buffer.from(ca.apiRoot).toString("base64"),
      solvers: [{ dns01: { acmeDNS } }],
    };
    return {
      resources: [at("base")],
      components: [at("components/gate"), at("components/issuer-acme-dns01")],
      secretGenerator: [
        {
          name: "dns-account",
          namespace: "postern-system",
          literals: [`accounts.json=${JSON.stringify({ [HOST]: account })}`],
        },
      ],
      generatorOptions: { disableNameSuffixHash: true },
      patches: [
        {
          target: { kind: "Issuer", name: "postern-gate" },
          patch: JSON.stringify(
            Object.entries(changes).map(([name, value]) => ({ op: "add", path: `/spec/acme/${name}`, value })),
          ),
        },
      ],
    };
  }

  // Cert-manager 1.11 waits a minute after it sees the DNS record, and solves one challenge of a name at a time.
  it(
    "issues a certificate from pebble that the gate accepts for the root of that CA",
    async () => {
      const name = await eventually(
        "a certificate to be ready",
        async () => {
          const { body } = await cluster.api.get(CERTIFICATES);
          const isReady = ({ type, status }: KubeObject): boolean => type === "Ready" && status === "True";
          return body.items.find(({ status }: KubeObject) => status?.conditions?.some(isReady))?.metadata.name;
        },
        ISSUE_TIMEOUT_MS,
      );
      const { data } = (await cluster.api.get(`${SYSTEM}/secrets/${name}`)).body;
      const file = (key: string): string => join(cluster.place.folder, "acme", key);
      for (const key of ["tls.crt", "tls.key"])
        await writeFile(file(key), Buffer.from(data[key], "base64"), { mode: 0o600 });
      const pair = await loadPair({ cert: file("tls.crt"), key: file("tls.key") });
      const roots = parseBundle(ca.root, "pebble");
      const rules = { hosts: [HOST], roots, allowLeafOnly: false };
      expect(verifyPair(pair, rules, Date.now())).toBeUndefined();
      expect(pair.chain).toHaveLength(2);
      const others = parseBundle(ca.apiRoot, "another");
      expect(verifyPair(pair, { ...rules, roots: others }, Date.now())).toMatchObject({ code: "untrusted" });
    },
    2 * ISSUE_TIMEOUT_MS,
  );
});
