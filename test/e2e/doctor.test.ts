import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { DoctorReport } from "../../src/cli/doctor/doctorReport.ts";
import { runPostern } from "../cli/runPostern.ts";
import type { KubeObject } from "../cluster/ClusterApi.ts";
import { TestCa } from "../cluster/TestCa.ts";
import { CANARY, MUTATING, SETTINGS, SyncBed, VALIDATING } from "./SyncBed.ts";

const GATE = new URL("gates/sync.ts", import.meta.url).pathname;
const BINDING = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/postern-sync";
const CRON_JOB = "/apis/batch/v1/namespaces/postern-system/cronjobs/postern-sync";

let bed: SyncBed;
let config: string;

beforeAll(async () => {
  bed = await SyncBed.start();
  config = await bed.config({ roots: [bed.cas.old] });
  await bed.cluster.api.merge(CRON_JOB, { spec: { suspend: false } });
});

afterAll(() => bed?.stop());

beforeEach(async () => {
  await bed.edge.switchTo(bed.cas.old);
  await bed.register(bed.cas.old.root);
});

interface Told {
  readonly code: number;
  readonly err: string;
  /** `SEVERITY CODE ABOUT` of what is no note. */
  readonly wrong: readonly string[];
  readonly report: DoctorReport;
}

async function doctor(args: readonly string[] = ["--config", config, "--gate", GATE]): Promise<Told> {
  const { code, out, err } = await runPostern([
    "doctor",
    "--kubeconfig",
    bed.cluster.kubeconfig,
    "--output",
    "json",
    ...args,
  ]);
  const report: DoctorReport =
    out === "" ? { result: "ok", findings: [], registrations: [], endpoints: [] } : JSON.parse(out);
  const wrong = report.findings.filter(({ severity }) => severity !== "info");
  return { code, err, report, wrong: wrong.map(({ severity, code, about }) => `${severity} ${code} ${about}`) };
}

/** Changes each webhook of a registration. */
async function change(path: string, edit: (webhook: KubeObject) => object): Promise<void> {
  const live = await bed.live(path);
  const webhooks = live.webhooks.map((webhook: KubeObject) => ({ ...webhook, ...edit(webhook) }));
  const { status, body } = await bed.cluster.api.replace(
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

const ABOUT = "ValidatingWebhookConfiguration/postern";

it("a cluster that is well has nothing wrong, and is the same afterwards", async () => {
  const before = await Promise.all([VALIDATING, MUTATING, CANARY].map((path) => bed.live(path)));
  const { code, err, wrong, report } = await doctor();
  expect({ code, err, wrong }).toEqual({ code: 0, err: "", wrong: [] });
  expect(report.registrations).toContain(ABOUT);
  expect(report.endpoints).toEqual([{ url: bed.edge.url, addresses: ["127.0.0.1"] }]);
  expect(await Promise.all([VALIDATING, MUTATING, CANARY].map((path) => bed.live(path)))).toEqual(before);
});

it("without config and gate as well; in words, a well cluster is one line", async () => {
  const { code, out } = await runPostern(["doctor", "--kubeconfig", bed.cluster.kubeconfig]);
  expect(code, out).toBe(0);
  expect(out).toMatch(/^nothing wrong \(\d registrations, 1 endpoint, 1 address\)\n$/m);
});

interface Breakage {
  readonly name: string;
  readonly breakIt: () => Promise<unknown>;
  readonly found: readonly string[];
  readonly code: number;
  readonly mend?: () => Promise<unknown>;
}

const annotate = (annotations: Readonly<Record<string, string>>): Promise<unknown> =>
  bed.cluster.api.merge(VALIDATING, { metadata: { annotations } });

const BREAKAGES: readonly Breakage[] = [
  {
    name: "another CA at the endpoint",
    breakIt: async () => {
      await bed.edge.switchTo(bed.cas.next);
      // Over a connection from before, the API server would not see it.
      bed.edge.dropConnections();
    },
    found: [`error refused-chain ${ABOUT}`, "error cannot-be-called gate postern"],
    code: 3,
  },
  {
    name: "a serving certificate that is almost over",
    breakIt: async () => bed.edge.switchTo({ ...bed.cas.old, issuing: await shortLived() }),
    found: ["error runs-out"],
    code: 3,
  },
  {
    name: "a bundle of nonsense",
    breakIt: () => change(VALIDATING, bundle("nonsense")),
    found: [`error bad-bundle ${ABOUT}`],
    code: 3,
  },
  {
    name: "a bundle with a byte order mark",
    breakIt: () => change(VALIDATING, bundle(`\ufeff${bed.cas.old.root}`)),
    found: [`error bad-bundle ${ABOUT}`],
    code: 3,
  },
  {
    name: "a private key in the bundle",
    breakIt: async () => {
      const { key } = await (await TestCa.create("other")).issue({ name: "x", hosts: ["x"] });
      await change(VALIDATING, bundle(`${bed.cas.old.root}${key}`));
    },
    found: [`error private-key-in-bundle ${ABOUT}`],
    code: 3,
  },
  {
    name: "an intermediate in the bundle",
    breakIt: () => change(VALIDATING, bundle(bed.cas.old.issuing.cert)),
    found: [`warning no-root-in-bundle ${ABOUT}`],
    code: 1,
  },
  {
    name: "the URL of another cluster",
    breakIt: () =>
      change(VALIDATING, ({ clientConfig }) => ({
        clientConfig: { ...clientConfig, url: clientConfig.url.replace("/c/e2e/", "/c/other/") },
      })),
    found: [`error not-the-gates-url ${ABOUT}`, "warning policy-not-called policy deny-labels"],
    code: 3,
  },
  {
    name: "an endpoint that is gone",
    breakIt: () =>
      change(VALIDATING, ({ clientConfig }) => ({
        clientConfig: { ...clientConfig, url: clientConfig.url.replace(/:\d+\//, ":1/") },
      })),
    found: ["error unreachable https://127.0.0.1:1", "warning several-urls gate postern"],
    code: 3,
  },
  {
    name: "Argo CD as the owner of caBundle",
    breakIt: async () => {
      const live = await bed.live(VALIDATING);
      const webhooks = live.webhooks.map(({ name, clientConfig, ...rest }: KubeObject) => ({
        name,
        clientConfig,
        ...rest,
      }));
      const object = { apiVersion: live.apiVersion, kind: live.kind, metadata: { name: "postern" }, webhooks };
      await bed.cluster.api.apply(VALIDATING, object, "argocd-controller");
    },
    found: [`warning gitops-owner ${ABOUT}`],
    code: 1,
  },
  {
    name: "somebody's own writing",
    breakIt: () => change(VALIDATING, bundle(`${bed.cas.old.root}\n# by hand\n`)),
    found: [`warning other-writer ${ABOUT}`],
    code: 1,
  },
  {
    name: "cert-manager's injector",
    breakIt: () => annotate({ "cert-manager.io/inject-ca-from": "a/b" }),
    found: [`warning ca-injector ${ABOUT}`],
    code: 1,
  },
  {
    name: "a fight, and a phase that does not end",
    breakIt: () =>
      annotate({
        "postern.dev/sync-reverted": '{"times":2,"since":"2026-01-01T00:00:00.000Z"}',
        "postern.dev/sync-phase": "widening",
        "postern.dev/sync-since": "2026-01-01T00:00:00.000Z",
      }),
    found: [`error fight ${ABOUT}`, `warning stuck-phase ${ABOUT}`],
    code: 3,
  },
  {
    name: "no guards",
    breakIt: () =>
      change(VALIDATING, () => ({
        matchConditions: [],
        rules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"], scope: "*" }],
      })),
    found: [`error guard-missing ${ABOUT}`],
    code: 3,
    // It would judge the registration itself, were that not left out by the API server.
    mend: () => bed.cluster.api.delete(VALIDATING),
  },
  {
    name: "rules that ask about too little, with failurePolicy Ignore",
    breakIt: () =>
      change(VALIDATING, ({ rules }) => ({
        failurePolicy: "Ignore",
        rules: [{ ...rules[0], operations: ["DELETE"] }],
      })),
    found: ["warning policy-not-called policy deny-labels", `warning ignores-failures ${ABOUT}`],
    code: 1,
  },
  {
    name: "an entry that the gate does not have",
    breakIt: () =>
      change(VALIDATING, ({ clientConfig }) => ({
        clientConfig: { ...clientConfig, url: clientConfig.url.replace(/[^/]+$/, "gone") },
      })),
    found: [`warning unknown-entry ${ABOUT}`],
    code: 1,
  },
  {
    name: "a registration of an older gate",
    breakIt: () => annotate({ "postern.dev/registration-hash": "sha256:0" }),
    found: [`warning outdated-registration ${ABOUT}`],
    code: 1,
  },
  {
    name: "a suspended CronJob, and a host that it may not write",
    breakIt: async () => {
      await bed.cluster.api.merge(CRON_JOB, { spec: { suspend: true } });
      await bed.cluster.api.merge(SETTINGS, { data: { hosts: "gate.example.com\n" } });
    },
    found: ["warning sync-suspended CronJob/postern-sync", "warning unlisted-host ConfigMap/postern-sync"],
    code: 1,
    mend: async () => {
      await bed.cluster.api.merge(CRON_JOB, { spec: { suspend: false } });
      await bed.cluster.api.merge(SETTINGS, { data: { hosts: "127.0.0.1\n" } });
    },
  },
  {
    name: "a sync without its rights",
    breakIt: () => bed.cluster.api.delete(BINDING),
    found: [`warning sync-lacks-right ${ABOUT}`],
    code: 1,
    mend: bindAgain,
  },
  {
    name: "no registration at all",
    breakIt: () => Promise.all([VALIDATING, MUTATING].map((path) => bed.cluster.api.delete(path))),
    found: ["error no-registration gate postern"],
    code: 3,
  },
];

it.each(BREAKAGES)("$name is found", async ({ breakIt, found, code, mend }) => {
  try {
    await breakIt();
    const told = await doctor();
    for (const line of found)
      expect(
        told.wrong.filter((it) => it.startsWith(line)),
        told.wrong.join("\n"),
      ).not.toEqual([]);
    expect(told.code).toBe(code);
    for (const { todo } of told.report.findings) expect(todo).toMatch(/^[A-Z].*[^ ]$/);
  } finally {
    await mend?.();
  }
});

it("who may read nothing is told so, in one line", async () => {
  await bed.cluster.api.delete(BINDING);
  const kubeconfig = `${bed.cluster.place.folder}/sync-kubeconfig`;
  const { code, out, err } = await runPostern(["doctor", "--kubeconfig", kubeconfig]).finally(bindAgain);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^postern: \w+WebhookConfigurations cannot be listed: 403 .*\n$/);
});

/** Issues what ends within the hour, of a life of a day. */
async function shortLived(): Promise<TestCa> {
  const { issuing } = bed.cas.old;
  const issue = (request: Parameters<TestCa["issue"]>[0]): ReturnType<TestCa["issue"]> =>
    issuing.issue({
      ...request,
      notBefore: new Date(Date.now() - 86_400_000),
      notAfter: new Date(Date.now() + 3_600_000),
    });
  return Object.assign(Object.create(issuing), { issue });
}

/** The sync's rights in the whole cluster, as infra/kubernetes/base has them. */
async function bindAgain(): Promise<void> {
  const name = "postern-sync";
  const { status, body } = await bed.cluster.api.create(BINDING.slice(0, BINDING.lastIndexOf("/")), {
    metadata: { name, labels: { "app.kubernetes.io/part-of": "postern" } },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
    subjects: [{ kind: "ServiceAccount", name, namespace: "postern-system" }],
  });
  expect(status, body.message).toBe(201);
}
