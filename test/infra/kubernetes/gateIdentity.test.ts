import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { readInstallConfig } from "../../../src/cli/install/config/readInstallConfig.ts";
import { installObjects } from "../../../src/cli/install/installObjects.ts";

// biome-ignore lint/suspicious/noExplicitAny: manifests whose members are read by path.
type Any = any;

const read = (path: string): string =>
  readFileSync(new URL(`../../../infra/kubernetes/${path}`, import.meta.url), "utf8");
const README = read("README.md");
const blocks = [...README.matchAll(/^```yaml\n# (?:In )?production\.yaml\n([\s\S]*?)^```$/gm)].map(
  ([, text = ""]) => text,
);
const config = blocks[0] ?? "";
const tiers = blocks.find((text) => text.startsWith("identity:")) ?? "";

async function podOf(text: string): Promise<Any> {
  const result = await readInstallConfig({ file: "production.yaml", text, components: [] });
  if (!("scope" in result)) throw new Error(JSON.stringify(result));
  const gate: Any = installObjects(result.scope).find(
    ({ kind, metadata }: Any) => kind === "Deployment" && metadata.name === "postern-gate",
  );
  return gate.spec.template.spec;
}

it.each(["POSTERN_HOSTS", "POSTERN_CAPABILITY_KEYS", "POSTERN_CLIENT_CA_FILE"])(
  "the README's tiers and table have %s, which a config without tiers does not set",
  async (name) => {
    const namesOf = async (text: string): Promise<string[]> =>
      (await podOf(text)).containers[0].env.map((it: Any) => it.name);
    expect(await namesOf(config + tiers)).toContain(name);
    expect(README).toMatch(new RegExp(`^\\| \`[a-z-]+\` \\| .*\`${name}\``, "m"));
    expect(await namesOf(config)).not.toContain(name);
  },
);

it("the README's tiers read keys from a Secret and CAs from a mount, and its commands make both", async () => {
  const { containers, volumes } = await podOf(config + tiers);
  const [container] = containers;
  const of = (name: string): Any => container.env.find((it: Any) => it.name === name);
  const { name, key } = of("POSTERN_CAPABILITY_KEYS").valueFrom.secretKeyRef;
  expect(README).toContain(`create secret generic ${name} --from-file ${key}\n`);
  const mount = container.volumeMounts.find((it: Any) => it.name === "client-ca");
  const volume = volumes.find((it: Any) => it.name === mount.name);
  const file = of("POSTERN_CLIENT_CA_FILE").value.replace(`${mount.mountPath}/`, "");
  expect(README).toContain(`create configmap ${volume.configMap.name} --from-file ${file}=`);
});

it("every other config in the README is one that postern install takes", async () => {
  const complete = [...README.matchAll(/^```yaml\n# (?:postern|eks|production)\.yaml\n([\s\S]*?)^```$/gm)].map(
    ([, text = ""]) => text,
  );
  expect(complete).toHaveLength(3);
  const parts = [...README.matchAll(/^```yaml\n# In (postern|production)\.yaml\n([\s\S]*?)^```$/gm)];
  expect(parts.length).toBeGreaterThanOrEqual(4);
  for (const text of complete) await expect(accepted(parse(text))).resolves.toBe(true);
  for (const [, name, part = ""] of parts) {
    const whole = complete[name === "postern" ? 0 : 1] ?? "";
    await expect(accepted({ ...parse(whole), ...parse(part) })).resolves.toBe(true);
  }
});

async function accepted(value: unknown): Promise<unknown> {
  const result = await readInstallConfig({ file: "README", text: JSON.stringify(value), components: [] });
  return "scope" in result ? true : result;
}
