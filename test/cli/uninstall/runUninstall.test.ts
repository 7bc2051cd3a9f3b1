import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPostern } from "../runPostern.ts";

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-uninstall-"));
  file = join(folder, "postern.yaml");
  writeFileSync(
    file,
    `components: [watch, gate, rollout]
cluster: production
gate: admission
selfTest: { publicKey: { kty: OKP, crv: Ed25519, x: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo } }
address: 10.96.0.80
crds: [widgets.example.com]
images: { postern: "postern:1", gate: "gate:1" }
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Printed {
  readonly steps: readonly { readonly name: string; readonly commands: readonly (readonly string[])[] }[];
  readonly stays: readonly string[];
}

async function uninstall(...args: readonly string[]): Promise<Printed> {
  const { code, out, err } = await runPostern(["uninstall", ...args, "--config", file, "--output", "json"]);
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

  it("of a component that the config does not have is a fault", async () => {
    const { code, out, err } = await runPostern(["uninstall", "tls-sidecar", "--config", file]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^postern: tls-sidecar is not among the components of .*, which are watch, gate, rollout; /);
  });

  it("prints a script of which sh accepts the syntax, with one quoted argument for a patch", async () => {
    const { out } = await runPostern(["uninstall", "--config", file]);
    expect(out).toMatch(/^set -e\n/);
    expect(out).toContain(`--patch '[{"op":"replace","path":"/spec/conversion","value":{"strategy":"None"}}]'\n`);
    expect(out.split("\n").filter((line) => line !== "" && !/^(#|set -e|kubectl )/.test(line))).toEqual([]);
  });
});
