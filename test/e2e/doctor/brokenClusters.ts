import { expect } from "vitest";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { MUTATING, SETTINGS, type SyncBed, VALIDATING } from "../sync/bed/SyncBed.ts";

/** The ClusterRoleBinding of the sync. */
export const BINDING = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/postern-sync";
/** The CronJob of the sync. */
export const CRON_JOB = "/apis/batch/v1/namespaces/postern-system/cronjobs/postern-sync";
/** The registration that most cases break, as findings name it. */
export const REGISTRATION = "ValidatingWebhookConfiguration/postern";

/** A way to break a healthy cluster, and what `postern doctor` reports then. */
export interface BrokenCluster {
  readonly name: string;
  readonly setUp: () => Promise<unknown>;
  readonly found: readonly string[];
  readonly code: number;
  readonly restore?: () => Promise<unknown>;
}

/** Cases of broken clusters, for a healthy cluster of `bed`. The registrations are restored by the caller. */
export function brokenClusters(bed: () => SyncBed): readonly BrokenCluster[] {
  /** Changes each webhook of a registration. */
  async function change(path: string, edit: (webhook: KubeObject) => object): Promise<void> {
    const live = await bed().live(path);
    const webhooks = live.webhooks.map((webhook: KubeObject) => ({ ...webhook, ...edit(webhook) }));
    const { status, body } = await bed().cluster.api.replace(
      path,
      { ...live, webhooks },
      { query: { fieldManager: "somebody" } },
    );
    expect(status, body.message).toBe(200);
  }

  const bundle = (text: string): ((webhook: KubeObject) => object) => {
    const caBundle = Buffer.from(text).toString("base64");
    return ({ clientConfig }) => ({ clientConfig: { ...clientConfig, caBundle } });
  };

  const annotate = (annotations: Readonly<Record<string, string>>): Promise<unknown> =>
    bed().cluster.api.merge(VALIDATING, { metadata: { annotations } });

  /** Returns the issuing CA with certificates of 25 hours that expire in one hour. */
  async function shortLived(): Promise<TestCa> {
    const { issuing } = bed().cas.old;
    const issue = (request: Parameters<TestCa["issue"]>[0]): ReturnType<TestCa["issue"]> =>
      issuing.issue({
        ...request,
        notBefore: new Date(Date.now() - 86_400_000),
        notAfter: new Date(Date.now() + 3_600_000),
      });
    return Object.assign(Object.create(issuing), { issue });
  }

  return [
    {
      name: "another CA at the endpoint",
      setUp: async () => {
        await bed().edge.switchTo(bed().cas.next);
        // Over an existing connection, the API server would not see the change.
        bed().edge.dropConnections();
      },
      found: [`error refused-chain ${REGISTRATION}`, "error cannot-be-called gate postern"],
      code: 3,
    },
    {
      name: "a serving certificate that expires soon",
      setUp: async () => bed().edge.switchTo({ ...bed().cas.old, issuing: await shortLived() }),
      found: ["error runs-out"],
      code: 3,
    },
    {
      name: "a bundle of nonsense",
      setUp: () => change(VALIDATING, bundle("nonsense")),
      found: [`error bad-bundle ${REGISTRATION}`],
      code: 3,
    },
    {
      name: "a bundle with a byte order mark",
      setUp: () => change(VALIDATING, bundle(`\ufeff${bed().cas.old.root}`)),
      found: [`error bad-bundle ${REGISTRATION}`],
      code: 3,
    },
    {
      name: "a private key in the bundle",
      setUp: async () => {
        const { key } = await (await TestCa.create("other")).issue({ name: "x", hosts: ["x"] });
        await change(VALIDATING, bundle(`${bed().cas.old.root}${key}`));
      },
      found: [`error private-key-in-bundle ${REGISTRATION}`],
      code: 3,
    },
    {
      name: "an intermediate in the bundle",
      setUp: () => change(VALIDATING, bundle(bed().cas.old.issuing.cert)),
      found: [`warning no-root-in-bundle ${REGISTRATION}`],
      code: 1,
    },
    {
      name: "the URL of another cluster",
      setUp: () =>
        change(VALIDATING, ({ clientConfig }) => ({
          clientConfig: { ...clientConfig, url: clientConfig.url.replace("/c/e2e/", "/c/other/") },
        })),
      found: [`error not-the-gates-url ${REGISTRATION}`, "warning policy-not-called policy deny-labels"],
      code: 3,
    },
    {
      name: "an endpoint that does not answer",
      setUp: () =>
        change(VALIDATING, ({ clientConfig }) => ({
          clientConfig: { ...clientConfig, url: clientConfig.url.replace(/:\d+\//, ":1/") },
        })),
      found: ["error unreachable https://127.0.0.1:1", "warning several-urls gate postern"],
      code: 3,
    },
    {
      name: "Argo CD as the owner of caBundle",
      setUp: async () => {
        const live = await bed().live(VALIDATING);
        const webhooks = live.webhooks.map(({ name, clientConfig, ...rest }: KubeObject) => ({
          name,
          clientConfig,
          ...rest,
        }));
        const object = { apiVersion: live.apiVersion, kind: live.kind, metadata: { name: "postern" }, webhooks };
        await bed().cluster.api.apply(VALIDATING, object, "argocd-controller");
      },
      found: [`warning gitops-owner ${REGISTRATION}`],
      code: 1,
    },
    {
      name: "a manual change of the bundle",
      setUp: () => change(VALIDATING, bundle(`${bed().cas.old.root}\n# by hand\n`)),
      found: [`warning other-writer ${REGISTRATION}`],
      code: 1,
    },
    {
      name: "the annotation of cert-manager's CA injector",
      setUp: () => annotate({ "cert-manager.io/inject-ca-from": "a/b" }),
      found: [`warning ca-injector ${REGISTRATION}`],
      code: 1,
    },
    {
      name: "a fight and a phase that does not end",
      setUp: () =>
        annotate({
          "postern.dev/sync-reverted": '{"times":2,"since":"2026-01-01T00:00:00.000Z"}',
          "postern.dev/sync-phase": "widening",
          "postern.dev/sync-since": "2026-01-01T00:00:00.000Z",
        }),
      found: [`error fight ${REGISTRATION}`, `warning stuck-phase ${REGISTRATION}`],
      code: 3,
    },
    {
      name: "a registration without guards",
      setUp: () =>
        change(VALIDATING, () => ({
          matchConditions: [],
          rules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"], scope: "*" }],
        })),
      found: [`error guard-missing ${REGISTRATION}`],
      code: 3,
      // The registration matches everything. The API server itself excludes registrations from webhooks.
      restore: () => bed().cluster.api.delete(VALIDATING),
    },
    {
      name: "rules that match too little, with failurePolicy Ignore",
      setUp: () =>
        change(VALIDATING, ({ rules }) => ({
          failurePolicy: "Ignore",
          rules: [{ ...rules[0], operations: ["DELETE"] }],
        })),
      found: ["warning policy-not-called policy deny-labels", `warning ignores-failures ${REGISTRATION}`],
      code: 1,
    },
    {
      name: "an unknown entry in the URL",
      setUp: () =>
        change(VALIDATING, ({ clientConfig }) => ({
          clientConfig: { ...clientConfig, url: clientConfig.url.replace(/[^/]+$/, "gone") },
        })),
      found: [`warning unknown-entry ${REGISTRATION}`],
      code: 1,
    },
    {
      name: "a registration of an older gate",
      setUp: () => annotate({ "postern.dev/registration-hash": "sha256:0" }),
      found: [`warning outdated-registration ${REGISTRATION}`],
      code: 1,
    },
    {
      name: "a suspended CronJob and a host that it may not write",
      setUp: async () => {
        await bed().cluster.api.merge(CRON_JOB, { spec: { suspend: true } });
        await bed().cluster.api.merge(SETTINGS, { data: { hosts: "gate.example.com\n" } });
      },
      found: ["warning sync-suspended CronJob/postern-sync", "warning unlisted-host ConfigMap/postern-sync"],
      code: 1,
      restore: async () => {
        await bed().cluster.api.merge(CRON_JOB, { spec: { suspend: false } });
        await bed().cluster.api.merge(SETTINGS, { data: { hosts: "127.0.0.1\n" } });
      },
    },
    {
      name: "a sync without its rights",
      setUp: () => bed().cluster.api.delete(BINDING),
      found: [`warning sync-lacks-right ${REGISTRATION}`],
      code: 1,
      restore: () => restoreBinding(bed()),
    },
    {
      name: "a cluster without registrations",
      setUp: () => Promise.all([VALIDATING, MUTATING].map((path) => bed().cluster.api.delete(path))),
      found: ["error no-registration gate postern"],
      code: 3,
    },
  ];
}

/** Creates the ClusterRoleBinding of the sync again, as in infra/kubernetes/base. */
export async function restoreBinding({ cluster }: SyncBed): Promise<void> {
  const name = "postern-sync";
  const { status, body } = await cluster.api.create(BINDING.slice(0, BINDING.lastIndexOf("/")), {
    metadata: { name, labels: { "app.kubernetes.io/part-of": "postern" } },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
    subjects: [{ kind: "ServiceAccount", name, namespace: "postern-system" }],
  });
  expect(status, body.message).toBe(201);
}
