import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPostern } from "../runPostern.ts";

let folder: string;
let file: string;
let sidecar: string;
let syncOnly: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-uninstall-"));
  file = join(folder, "postern.yaml");
  sidecar = join(folder, "sidecar.yaml");
  syncOnly = join(folder, "sync.yaml");
  const config = `cluster: production
gate: admission
selfTest: { publicKey: { kty: OKP, crv: Ed25519, x: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo } }
address: 10.96.0.80
crds: [widgets.example.com]
images: { postern: "postern:1", gate: "gate:1" }
`;
  writeFileSync(file, `components: [watch, gate, rollout]\n${config}`);
  writeFileSync(sidecar, `components: [watch, gate]\ntlsSidecar: { namespace: shop }\n${config}`);
  writeFileSync(syncOnly, `components: [sync]\ntrust: { roots: [cloudflare] }\n${config}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Printed {
  readonly steps: readonly { readonly name: string; readonly commands: readonly (readonly string[])[] }[];
  readonly stays: readonly string[];
}

async function uninstall(...args: readonly string[]): Promise<Printed> {
  const { code, out, err } = await runPostern(["uninstall", "--config", file, ...args, "--output", "json"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out);
}

const named = ({ steps }: Printed): string[] => steps.map(({ name }) => name);
const words = ({ steps }: Printed): string[] => steps.flatMap(({ commands }) => commands.flat());

describe("postern uninstall", () => {
  it("begins with the registrations of the gate and ends with the namespaces", async () => {
    const printed = await uninstall("--context", "production");
    expect(named(printed).at(0)).toBe("Registrations");
    expect(named(printed).at(-1)).toBe("Namespaces");
    expect(printed.steps[0]?.commands).toEqual([
      [
        "kubectl",
        "--context",
        "production",
        "delete",
        "validatingwebhookconfigurations,mutatingwebhookconfigurations",
        "--selector",
        "postern.dev/gate=admission",
      ],
    ]);
    expect(words(printed)).toContain("selftests.admission.selftest.postern.dev");
  });

  it("of one component leaves what others need, and the registrations", async () => {
    const printed = await uninstall("rollout");
    expect(printed.stays).toEqual(["watch", "gate"]);
    expect(named(printed)).not.toContain("Registrations");
    expect(named(printed)).not.toContain("Namespaces");
    expect(words(printed).filter((it) => /postern-(sync|gate)\b|deny-all/.test(it))).toEqual([]);
    expect(words(printed)).toContain("deployment.apps/postern-rollout");
  });

  it("of the gate removes the registrations, and leaves the sync", async () => {
    const printed = await uninstall("gate");
    expect(named(printed).slice(0, 2)).toEqual(["Registrations", "Conversions"]);
    expect(words(printed)).toContain("deployment.apps/postern-gate");
    expect(words(printed)).not.toContain("deployment.apps/postern-sync");
  });

  it("leaves no object of install", async () => {
    const { out } = await runPostern(["install", "--config", file, "--output", "json"]);
    const { items }: { items: { kind: string; metadata: { name: string } }[] } = JSON.parse(out);
    const deleted = words(await uninstall()).map((it) => it.replace(/\.[^/]*(?=\/)/, ""));
    for (const { kind, metadata } of items) expect(deleted).toContain(`${kind.toLowerCase()}/${metadata.name}`);
  });

  it("of components that only the call of install named removes them too", async () => {
    const printed = await uninstall("watch", "gate", "rollout", "tls-sidecar", "--config", sidecar);
    expect(printed.stays).toEqual([]);
    expect(named(printed).at(0)).toBe("Registrations");
    expect(words(printed)).toEqual(
      expect.arrayContaining(["deployment.apps/postern-rollout", "deployment.apps/tls-sidecar-nginx"]),
    );
    const one = await uninstall("rollout", "--config", syncOnly);
    expect(one.stays).toEqual(["sync"]);
    expect(words(one)).toContain("deployment.apps/postern-rollout");
    expect(words(one)).not.toContain("cronjob.batch/postern-sync");
  });

  it("of the other form of the sync leaves what both have", async () => {
    const printed = await uninstall("watch", "--config", syncOnly);
    expect(printed.stays).toEqual(["sync"]);
    expect(words(printed)).toContain("deployment.apps/postern-sync");
    expect(words(printed).filter((it) => /cronjob|clusterrole|namespace\/|validatingadmissionpolicy/.test(it))).toEqual(
      [],
    );
  });

  it.each(["watch", "sync", "sync watch"])(
    "of %s finds the roots of the CA that another component makes",
    async (forms) => {
      const printed = await uninstall(...forms.split(" "));
      expect(printed.stays).toEqual(forms === "sync" ? ["watch", "gate", "rollout"] : ["gate", "rollout"]);
      expect(words(printed)).toContain(
        forms === "watch" ? "deployment.apps/postern-sync" : "cronjob.batch/postern-sync",
      );
    },
  );

  it("of a component that install would refuse is a fault", async () => {
    const { code, out, err } = await runPostern(["uninstall", "tls-sidecar", "--config", file]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^postern: .*tlsSidecar\.namespace is missing; /);
  });

  it.each([
    [["--context", ""], "--context: an empty name was given; name a context of the kubeconfig"],
    [["--config", ""], "--config: an empty path was given; name a file"],
  ])("%j is a fault of usage", async (args, message) => {
    const { code, out, err } = await runPostern(["uninstall", "--config", file, ...args]);
    expect({ code, out, err }).toEqual({ code: 2, out: "", err: `postern: ${message}\n` });
  });

  it("prints a script of which sh accepts the syntax, with one quoted argument for a patch", async () => {
    const { out } = await runPostern(["uninstall", "--config", file]);
    expect(out).toMatch(/^set -e\n/);
    expect(out).toContain(`--patch '[{"op":"replace","path":"/spec/conversion","value":{"strategy":"None"}}]'\n`);
    expect(out.split("\n").filter((line) => line !== "" && !/^(#|set -e|kubectl )/.test(line))).toEqual([]);
  });
});
