import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FakeApiServer } from "../FakeApiServer.ts";
import { InputFolder } from "../InputFolder.ts";
import { type Ran, runPostern } from "../runPostern.ts";

const GATE = `import { conversion, defineGate, policy } from "postern";
export default defineGate({
  policies: [
    policy({ name: "maps", match: { resources: ["configmaps"] }, validate: () => undefined }),
    policy({ name: "stamp", match: { resources: ["services"] }, mutate: () => undefined }),
  ],
  conversions: [conversion({ group: "example.com", kind: "Gateway", versions: ["v1"], hub: "v1", convert: {} })],
  clusters: { prod: { identity: 'none' } },
});
`;

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly webhooks?: readonly { readonly rules: readonly object[] }[];
  readonly [member: string]: unknown;
}

let folder: InputFolder;
let gate: string;
let rendered: Rendered[];
let server: FakeApiServer;
let kubeconfig: string;

const render = (...args: string[]): Promise<Ran> =>
  runPostern(["render", "--gate", gate, "--cluster", "prod", "--url", "https://localhost", ...args]);
const diff = (...args: string[]): Promise<Ran> => render("--diff", "--kubeconfig", kubeconfig, ...args);
const find = (kind: string): Rendered => {
  const found = rendered.find((object) => object.kind === kind && !object.metadata.name.endsWith(".canary"));
  if (found === undefined) throw new Error(`no ${kind} was rendered`);
  return found;
};

beforeAll(async () => {
  folder = new InputFolder();
  gate = folder.write("gate.ts", GATE);
  rendered = JSON.parse((await render("--output", "json")).out).items;
});
afterAll(() => folder.remove());
beforeEach(async () => {
  server = new FakeApiServer();
  kubeconfig = folder.write("config", await server.start());
});
afterEach(() => server.stop());

describe("postern render --diff", () => {
  it("prints nothing for a cluster that is up to date and ignores fields of the server", async () => {
    server.store(...rendered);
    expect(await diff()).toEqual({ code: 0, out: "", err: "" });
    expect(await diff("--context", "here")).toEqual({ code: 0, out: "", err: "" });
  });

  it("writes only with dryRun=All", async () => {
    server.store(...rendered);
    await diff();
    const changing = server.calls.filter((call) => !call.startsWith("GET "));
    expect(changing).toHaveLength(rendered.length);
    for (const call of changing) expect(call).toMatch(/^PATCH .*\?dryRun=All&force=true&fieldManager=postern$/);
  });

  it("prints changes as a unified diff, and policies that are not called", async () => {
    const configuration = find("ValidatingWebhookConfiguration");
    const webhooks = configuration.webhooks?.map((webhook) => ({
      ...webhook,
      rules: webhook.rules.map((rule) => ({ ...rule, operations: ["CREATE"] })),
    }));
    server.store(...rendered, { ...configuration, webhooks });
    const { code, out, err } = await diff();
    expect([code, err]).toEqual([1, ""]);
    expect(out).toBe(`--- live/ValidatingWebhookConfiguration/postern
+++ rendered/ValidatingWebhookConfiguration/postern
@@ -34,6 +34,7 @@
           - v1
         operations:
           - CREATE
+          - UPDATE
         resources:
           - configmaps
         scope: "*"
1 policy is not called in the cluster prod: maps (UPDATE configmaps)
`);
  });

  it("prints all objects for an empty cluster", async () => {
    const { code, out } = await diff();
    expect(code).toBe(1);
    expect(out.match(/^\+\+\+ .*$/gm)).toEqual([
      "+++ rendered/Namespace/postern-selftest",
      "+++ rendered/ResourceQuota/no-pods",
      "+++ rendered/ValidatingWebhookConfiguration/postern.canary",
      "+++ rendered/ValidatingWebhookConfiguration/postern",
      "+++ rendered/MutatingWebhookConfiguration/postern",
      "+++ rendered/CustomResourceDefinition/selftests.postern.selftest.postern.dev",
    ]);
    expect(out).not.toMatch(/^-(?!-- )/m);
    expect(out.split("\n").slice(-3)).toEqual([
      "CustomResourceDefinition gateways.example.com does not exist in the cluster; its patch can be applied after it is created",
      "2 policies are not called in the cluster prod: maps (CREATE configmaps, UPDATE configmaps); stamp (CREATE services, UPDATE services)",
      "",
    ]);
  });

  it("reports a webhook that the sync switched to fail open, and since when", async () => {
    const configuration = find("ValidatingWebhookConfiguration");
    const [webhook] = configuration.webhooks ?? [];
    const name = "default.validate.postern.postern.dev";
    const state = JSON.stringify({ since: "2026-11-24T10:00:00.000Z", webhooks: [name] });
    const annotations = { "postern.dev/sync-broken-glass": state };
    const metadata = { ...configuration.metadata, annotations };
    server.store(...rendered, { ...configuration, metadata, webhooks: [{ ...webhook, failurePolicy: "Ignore" }] });
    const { code, out } = await diff();
    expect(code).toBe(1);
    expect(out).toMatch(/^- {4}failurePolicy: Ignore\n\+ {4}failurePolicy: Fail$/m);
    expect(out).toContain(
      `ValidatingWebhookConfiguration postern: failurePolicy of ${name} is Ignore: the sync switched to fail open at 2026-11-24T10:00:00.000Z, and restores Fail`,
    );
  });

  it("lists objects with the label of the gate that are no longer rendered", async () => {
    const old = (kind: string, name: string, label: string) => ({
      kind,
      metadata: { name, labels: { "postern.dev/gate": label } },
    });
    server.store(
      ...rendered,
      old("MutatingWebhookConfiguration", "postern-old", "postern"),
      old("ValidatingWebhookConfiguration", "other", "other"),
      old("CustomResourceDefinition", "widgets.example.com", "postern"),
      old("CustomResourceDefinition", "things.example.com", "other"),
    );
    expect(await diff()).toEqual({
      code: 1,
      out: "CustomResourceDefinition widgets.example.com has the label of the gate and is no longer rendered\nMutatingWebhookConfiguration postern-old has the label of the gate and is no longer rendered\n",
      err: "",
    });
  });

  it("counts a registration without label as calling the gate, and one of another gate as not", async () => {
    const configuration = find("MutatingWebhookConfiguration");
    const named = (labels: object) => ({ ...configuration, metadata: { name: "by-hand", labels } });
    server.store(...rendered.filter((object) => object !== configuration), named({}));
    expect((await diff()).out).not.toContain("not called");
    server.store(named({ "postern.dev/gate": "other" }));
    expect((await diff()).out).toContain(
      "1 policy is not called in the cluster prod: stamp (CREATE services, UPDATE services)\n",
    );
  });

  it("prints one JSON object with --output json", async () => {
    server.store(
      ...rendered.filter(
        ({ kind, metadata }) => kind !== "MutatingWebhookConfiguration" && metadata.name !== "gateways.example.com",
      ),
    );
    const { code, out } = await diff("--output", "json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      differences: [
        {
          kind: "MutatingWebhookConfiguration",
          name: "postern",
          change: "create",
          diff: expect.stringContaining("+kind: MutatingWebhookConfiguration\n"),
          foreign: [],
        },
        { kind: "CustomResourceDefinition", name: "gateways.example.com", change: "missing", diff: "", foreign: [] },
      ],
      incomparable: [],
      leftover: [],
      uncalled: [{ policy: "stamp", missing: ["CREATE services", "UPDATE services"] }],
    });
    server.store(...rendered);
    expect(JSON.parse((await diff("--output", "json")).out)).toEqual({
      differences: [],
      incomparable: [],
      leftover: [],
      uncalled: [],
    });
  });

  it("colours the lines on a terminal", async () => {
    const args = [
      "render",
      "--gate",
      gate,
      "--cluster",
      "prod",
      "--url",
      "https://localhost",
      "--diff",
      "--kubeconfig",
      kubeconfig,
    ];
    const { out } = await runPostern(args, { isTTY: true });
    expect(out).toContain("\u001b[32m+kind: Namespace\u001b[39m\n");
  });
});

describe("postern render --diff exits with 2 and prints one line", () => {
  const failed = async (fault: string, ...args: string[]): Promise<void> =>
    expect(await diff(...args)).toEqual({ code: 2, out: "", err: `postern: ${fault}\n` });

  it("for a missing kubeconfig", () =>
    failed(
      "no-such cannot be used: the file no-such does not exist; set --kubeconfig or KUBECONFIG to a kubeconfig",
      "--kubeconfig",
      "no-such",
    ));

  it("for a kubeconfig without a cluster", () =>
    failed(
      "the kubeconfig has no current cluster; select one with --context NAME",
      "--kubeconfig",
      folder.write("empty", "{}"),
    ));

  it("for an unknown context", () =>
    failed('the kubeconfig has no context "there"; it has here', "--context", "there"));

  it("for an API server that refuses", async () => {
    server.fault = { status: 403, message: "namespaces is\nforbidden" };
    const path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    await failed(`${server.url}: GET ${path}: 403 namespaces is\\nforbidden`);
  });

  it("for an API server that cannot be reached", async () => {
    const { url } = server;
    server.stop();
    await failed(`${url}: connection refused`);
  });
});
