import { beforeAll, describe, expect, it } from "vitest";
import type { ClusterView } from "../../src/doctor/cluster/ClusterView.ts";
import { diagnose } from "../../src/doctor/diagnose.ts";
import { isJsonObject, type JsonObject } from "../../src/protocol/Json.ts";
import { readableCertificates } from "../../src/trust/bundle.ts";
import { BASE, type DoctorCa, doctorCa, registrations, viewOf } from "./doctorView.ts";

const HOUR_MS = 3_600_000;
const ABOUT = "ValidatingWebhookConfiguration/postern";

let own: DoctorCa;
let other: DoctorCa;

beforeAll(async () => {
  [own, other] = await Promise.all([doctorCa("own"), doctorCa("other")]);
});

/** Changes each webhook of the registrations that are not canaries. */
const eachWebhook =
  (edit: (webhook: JsonObject) => JsonObject) =>
  (object: JsonObject): JsonObject =>
    isJsonObject(object.metadata) && object.metadata.name === "postern" && Array.isArray(object.webhooks)
      ? {
          ...object,
          webhooks: object.webhooks.filter(isJsonObject).map((webhook) => ({ ...webhook, ...edit(webhook) })),
        }
      : object;

const clientConfigWith =
  (more: JsonObject) =>
  ({ clientConfig }: JsonObject): JsonObject => ({ clientConfig: { ...Object(clientConfig), ...more } });

const withMetadata =
  (more: JsonObject) =>
  (object: JsonObject): JsonObject =>
    isJsonObject(object.metadata) && object.metadata.name === "postern"
      ? { ...object, metadata: { ...object.metadata, ...more } }
      : object;

const withAnnotations =
  (annotations: JsonObject) =>
  (object: JsonObject): JsonObject =>
    withMetadata({ annotations: { ...Object(Object(object.metadata).annotations), ...annotations } })(object);

const changed = async (change: (object: JsonObject) => JsonObject): Promise<Partial<ClusterView>> => ({
  registrations: await registrations(own.root, change),
});

const serving = (...chains: readonly string[]): Partial<ClusterView> => ({
  endpoints: [
    {
      base: BASE,
      handshakes: chains.map((pem, index) => ({ address: `192.0.2.${index}`, chain: readableCertificates(pem) })),
    },
  ],
});

const ownedBy = (manager: string, field: "caBundle" | "url"): Promise<Partial<ClusterView>> =>
  changed(
    withMetadata({
      managedFields: [
        { manager, fieldsV1: { "f:webhooks": { 'k:{"name":"x"}': { "f:clientConfig": { [`f:${field}`]: {} } } } } },
      ],
    }),
  );

const calledAt = (host: string): Promise<Partial<ClusterView>> =>
  changed(eachWebhook(clientConfigWith({ url: `https://${host}/c/production/validate/default` })));

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const NEVER_RUN = { createdAt: 0, lastScheduledAt: undefined, lastSuccessAt: undefined, isSuspended: false };

const rank = (severity: string): number => ["error", "warning", "info"].indexOf(severity);

type Case = [what: string, more: () => Partial<ClusterView> | Promise<Partial<ClusterView>>, found: string[]];

const CASES: readonly Case[] = [
  [
    "a cluster without registrations",
    () => ({ registrations: [], selfTests: [] }),
    ["error no-registration gate postern"],
  ],
  [
    "an endpoint that does not answer",
    () => ({ endpoints: [{ base: BASE, handshakes: [], fault: "no such host" }] }),
    [`error unreachable ${BASE}`],
  ],
  [
    "an endpoint with one address of two that does not answer",
    () => ({
      endpoints: [
        {
          base: BASE,
          handshakes: [
            { address: "192.0.2.1", chain: readableCertificates(own.chain) },
            { address: "192.0.2.2", fault: "refused" },
          ],
        },
      ],
    }),
    [`warning address-silent ${BASE}`],
  ],
  [
    "an endpoint with the chain of another CA at one address of two",
    () => serving(own.chain, other.chain),
    [`error refused-chain ${ABOUT}`],
  ],
  [
    "an expired serving certificate",
    async () => serving(await own.chainOf(-90, -1)),
    [`error refused-chain ${ABOUT}`, `error runs-out ${BASE}`],
  ],
  [
    "a serving certificate with less than a tenth of its lifetime left",
    async () => serving(await own.chainOf(-82, 8)),
    [`error runs-out ${BASE}`],
  ],
  [
    "a serving certificate with less than a third of its lifetime left",
    async () => serving(await own.chainOf(-61, 29)),
    [`warning runs-out ${BASE}`],
  ],
  ["a serving certificate with a third of its lifetime left", async () => serving(await own.chainOf(-59, 31)), []],
  [
    "a certificate of ACM with 60 days left, which ACM renews then",
    async () => serving(await own.chainOf(-335, 60)),
    [],
  ],
  [
    "a certificate of one year with 25 days left",
    async () => serving(await own.chainOf(-340, 25)),
    [`warning runs-out ${BASE}`],
  ],
  [
    "an empty caBundle",
    () => changed(eachWebhook(clientConfigWith({ caBundle: "" }))),
    [`info unverified-chain ${ABOUT}`],
  ],
  [
    "a bundle of white space",
    () => changed(eachWebhook(clientConfigWith({ caBundle: base64(" \n") }))),
    [`error bad-bundle ${ABOUT}`],
  ],
  [
    "a broken block after the root",
    () => changed(eachWebhook(clientConfigWith({ caBundle: base64(`${own.root}-----BEGIN X-----\n`) }))),
    [`warning bad-bundle ${ABOUT}`],
  ],
  [
    "a leaf in place of the root",
    () => changed(eachWebhook(clientConfigWith({ caBundle: base64(own.chain) }))),
    [`warning no-root-in-bundle ${ABOUT}`],
  ],
  [
    "a URL with a query",
    () => changed(eachWebhook(clientConfigWith({ url: `${BASE}/c/production/validate?x=1` }))),
    [`error bad-url ${ABOUT}`],
  ],
  [
    "a webhook that calls a Service",
    () => changed(eachWebhook(() => ({ clientConfig: { service: { name: "x" } } }))),
    [`warning bad-url ${ABOUT}`, "warning policy-not-called policy deny-labels"],
  ],
  [
    "a host that the ConfigMap does not list",
    () => ({ hosts: ["other.example.com"] }),
    ["warning unlisted-host ConfigMap/postern-sync"],
  ],
  [
    "an endpoint on AWS Lambda",
    async () => ({
      ...(await calledAt("x.lambda-url.eu-west-1.on.aws")),
      endpoints: [
        { base: "https://x.lambda-url.eu-west-1.on.aws", handshakes: [{ address: "192.0.2.1", fault: "x" }] },
        { base: BASE, handshakes: [{ address: "192.0.2.1", chain: readableCertificates(own.chain) }] },
      ],
    }),
    [
      "error unreachable https://x.lambda-url.eu-west-1.on.aws",
      "warning unlisted-host ConfigMap/postern-sync",
      "info body-limit https://x.lambda-url.eu-west-1.on.aws",
    ],
  ],
  ["a clock two minutes ahead", () => ({ clocks: [{ of: BASE, aheadMs: 120_000 }] }), [`warning clock-skew ${BASE}`]],
  ["a clock an hour behind", () => ({ clocks: [{ of: BASE, aheadMs: -HOUR_MS }] }), [`error clock-skew ${BASE}`]],
  [
    "Argo CD as the owner of caBundle",
    () => ownedBy("argocd-controller", "caBundle"),
    [`warning gitops-owner ${ABOUT}`],
  ],
  ["Flux as the owner of url", () => ownedBy("kustomize-controller", "url"), [`warning gitops-owner ${ABOUT}`]],
  ["an unknown owner of caBundle", () => ownedBy("cert-bot", "caBundle"), [`warning other-writer ${ABOUT}`]],
  ["kubectl apply as the owner of url", () => ownedBy("kubectl-client-side-apply", "url"), []],
  ["the sync as the owner of url", () => ownedBy("postern-sync", "url"), []],
  [
    "a tracking annotation of Argo CD",
    () => changed(withAnnotations({ "argocd.argoproj.io/tracking-id": "a" })),
    [`info gitops ${ABOUT}`],
  ],
  [
    "the annotation of cert-manager's CA injector",
    () => changed(withAnnotations({ "cert-manager.io/inject-ca-from": "a/b" })),
    [`warning ca-injector ${ABOUT}`],
  ],
  [
    "a registration that another writer reverted once",
    () => changed(withAnnotations({ "postern.dev/sync-reverted": '{"times":1,"since":"2026-01-01T00:00:00Z"}' })),
    [`warning fight ${ABOUT}`],
  ],
  [
    "a phase that does not end",
    () =>
      changed(
        withAnnotations({ "postern.dev/sync-phase": "narrowing", "postern.dev/sync-since": "2026-01-01T00:00:00Z" }),
      ),
    [`warning stuck-phase ${ABOUT}`],
  ],
  [
    "a sync without CronJob and Deployment",
    () => ({ syncJob: "missing" }),
    ["warning sync-missing CronJob/postern-sync"],
  ],
  [
    "a suspended CronJob",
    () => ({ syncJob: { ...NEVER_RUN, isSuspended: true } }),
    ["warning sync-suspended CronJob/postern-sync"],
  ],
  [
    "a Deployment of the sync without replicas",
    () => ({ syncJob: { replicas: 0, ready: 0 } }),
    ["warning sync-suspended Deployment/postern-sync"],
  ],
  [
    "a Deployment of the sync that is not ready",
    () => ({ syncJob: { replicas: 1, ready: 0 } }),
    ["warning sync-failing Deployment/postern-sync"],
  ],
  ["a Deployment of the sync that is ready", () => ({ syncJob: { replicas: 1, ready: 1 } }), []],
  ["a CronJob that never ran", () => ({ syncJob: NEVER_RUN }), ["warning sync-stopped CronJob/postern-sync"]],
  [
    "a CronJob whose runs fail",
    () => ({ syncJob: { ...NEVER_RUN, lastScheduledAt: Date.now(), lastSuccessAt: Date.now() - 2 * HOUR_MS } }),
    ["warning sync-failing CronJob/postern-sync"],
  ],
  [
    "a missing permission of the sync",
    () => ({ missingRights: [{ registration: ABOUT, right: "patch it" }] }),
    [`warning sync-lacks-right ${ABOUT}`],
  ],
  [
    "a self-test that failed",
    () => ({ selfTests: [{ gate: "postern", result: "failed", message: "x509" }] }),
    ["error cannot-be-called gate postern"],
  ],
  [
    "a self-test with another signature",
    () => ({ selfTests: [{ gate: "postern", result: "bad-statement", message: "x" }] }),
    ["warning self-test-unsigned gate postern"],
  ],
  [
    "a self-test that could not run",
    () => ({ selfTests: [{ gate: "postern", result: "not-made", message: "403" }] }),
    ["info self-test-not-made gate postern"],
  ],
  [
    "rules for everything with only the guard for kube-system",
    () =>
      changed(
        eachWebhook(({ matchConditions }) => ({
          matchConditions: Array.isArray(matchConditions)
            ? matchConditions.filter((it) => String(Object(it).expression).includes("kube-system"))
            : [],
          rules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"], scope: "*" }],
        })),
      ),
    [`error guard-missing ${ABOUT}`],
  ],
  [
    "rules for everything with all guards",
    () =>
      changed(
        eachWebhook(({ matchConditions }) => ({
          matchConditions: [
            ...(Array.isArray(matchConditions) ? matchConditions : []),
            { expression: "!(request.resource.group == 'coordination.k8s.io')" },
          ],
          rules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"], scope: "*" }],
        })),
      ),
    // A condition that postern render does not write may exclude anything.
    ["warning policy-not-called policy deny-labels"],
  ],
  [
    "a bundle with a byte order mark",
    () => changed(eachWebhook(clientConfigWith({ caBundle: base64(`\ufeff${own.root}`) }))),
    [`error bad-bundle ${ABOUT}`],
  ],
  [
    "a soak of 30 hours",
    () =>
      changed(
        withAnnotations({
          "postern.dev/sync-phase": "soaking",
          "postern.dev/sync-since": new Date(Date.now() - 30 * HOUR_MS).toISOString(),
        }),
      ),
    [],
  ],
  [
    "a webhook without matchConditions",
    () => changed(eachWebhook(() => ({ matchConditions: [] }))),
    [`error guard-missing ${ABOUT}`],
  ],
  [
    "kube-system excluded by a namespaceSelector",
    () =>
      changed(
        eachWebhook(() => ({
          matchConditions: [],
          namespaceSelector: {
            matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kube-system"] }],
          },
          rules: [{ apiGroups: ["apps"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"], scope: "*" }],
        })),
      ),
    ["warning policy-not-called policy deny-labels"],
  ],
  [
    "a rule for leases",
    () =>
      changed(
        eachWebhook(({ rules }) => ({
          rules: [
            ...(Array.isArray(rules) ? rules : []),
            {
              apiGroups: ["coordination.k8s.io"],
              apiVersions: ["v1"],
              operations: ["*"],
              resources: ["leases"],
              scope: "*",
            },
          ],
        })),
      ),
    [`warning machinery-called ${ABOUT}`],
  ],
  [
    "a timeout of 30 seconds",
    () => changed(eachWebhook(() => ({ timeoutSeconds: 30 }))),
    [`warning long-timeout ${ABOUT}`],
  ],
  [
    "failurePolicy Ignore with a policy that enforces",
    () => changed(eachWebhook(() => ({ failurePolicy: "Ignore" }))),
    [`warning ignores-failures ${ABOUT}`],
  ],
  [
    "a webhook without rules",
    () => changed(eachWebhook(() => ({ rules: [] }))),
    ["warning policy-not-called policy deny-labels"],
  ],
  [
    "the hash of an older gate",
    () => changed(withAnnotations({ "postern.dev/registration-hash": "sha256:0" })),
    [`warning outdated-registration ${ABOUT}`],
  ],
  [
    "a CronJob that could not be read",
    () => ({ unseen: [{ what: "CronJob/postern-sync", reason: "403" }] }),
    ["info not-seen CronJob/postern-sync"],
  ],
  [
    "a finding of a dry run of the sync",
    async () => {
      const findings = [{ code: "unanchored" as const, about: BASE, message: "x" }];
      const last = { kind: "report", findings } as const;
      const observation = {
        now: 0,
        skewMs: 0,
        targets: [],
        endpoints: [],
        canaryTest: undefined,
        conflicts: new Map(),
      };
      return { plan: { steps: [last], last, rolledBack: false, observation } };
    },
    [`warning sync-finding ${BASE}`],
  ],
];

describe("diagnose", () => {
  it("returns nothing for a healthy cluster", async () => {
    expect(diagnose(await viewOf(own))).toEqual([]);
  });

  it.each(CASES.map((it): [string, ...Case] => [it[2].length === 0 ? "returns nothing for" : "reports", ...it]))(
    "%s %s",
    async (_verb, _what, more, found) => {
      const view = await viewOf(own, await more());
      expect(diagnose(view).map(({ severity, code, about }) => `${severity} ${code} ${about}`)).toEqual(found);
    },
  );

  it("returns errors first and does not repeat the token of a URL", async () => {
    const url = `${BASE}/k/SECRET/c/other/validate/default`;
    const view = await viewOf(own, {
      ...(await changed(eachWebhook(clientConfigWith({ url })))),
      clocks: [{ of: BASE, aheadMs: 120_000 }],
    });
    const severities = diagnose(view).map(({ severity }) => severity);
    expect(severities).toEqual([...severities].sort((left, right) => rank(left) - rank(right)));
    expect(JSON.stringify(diagnose(view))).not.toContain("SECRET");
  });

  it("reports another webhook with failurePolicy Fail whose caBundle expires soon", async () => {
    const caBundle = base64(await own.chainOf(-89, 1));
    const others = await registrations(own.root, (object) => ({
      ...object,
      metadata: { name: "theirs" },
      webhooks: [{ name: "theirs.example.com", failurePolicy: "Fail", clientConfig: { service: {}, caBundle } }],
    }));
    const findings = diagnose(await viewOf(own, { others }));
    expect(findings.map(({ code, about }) => `${code} ${about}`)).toEqual([
      "other-webhook-runs-out ValidatingWebhookConfiguration/theirs",
    ]);
  });
});
