import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";

// biome-ignore lint/suspicious/noExplicitAny: manifests whose members are read by path.
type Any = any;

const read = (path: string): string =>
  readFileSync(new URL(`../../../infra/kubernetes/${path}`, import.meta.url), "utf8");
const README = read("README.md");
const [, patch = ""] = /^```yaml\n# A patch of the Deployment postern-gate\n([\s\S]*?)^```$/m.exec(README) ?? [];
const { metadata, spec } = parse(patch);
const [container] = spec.template.spec.containers;
const shipped = parse(read("components/gate/deployment.yaml"));
const [gate] = shipped.spec.template.spec.containers;

it("the README's patch is for the Deployment and the container of the component gate", () => {
  expect([metadata.name, metadata.namespace, container.name]).toEqual([
    shipped.metadata.name,
    shipped.metadata.namespace,
    gate.name,
  ]);
});

it.each(["POSTERN_HOSTS", "POSTERN_CAPABILITY_KEYS", "POSTERN_CLIENT_CA_FILE"])(
  "the README's patch and table have %s, which the component does not set",
  (name) => {
    expect(container.env.map((it: Any) => it.name)).toContain(name);
    expect(README).toMatch(new RegExp(`^\\| \`[a-z-]+\` \\| .*\`${name}\``, "m"));
    expect(gate.env.map((it: Any) => it.name)).not.toContain(name);
  },
);

it("the README's patch reads keys from a Secret and CAs from a mount, and its commands make both", () => {
  const of = (name: string): Any => container.env.find((it: Any) => it.name === name);
  const { name, key } = of("POSTERN_CAPABILITY_KEYS").valueFrom.secretKeyRef;
  expect(README).toContain(`create secret generic ${name} --from-file ${key}\n`);
  const [mount] = container.volumeMounts;
  const [volume] = spec.template.spec.volumes;
  expect(mount.name).toBe(volume.name);
  const file = of("POSTERN_CLIENT_CA_FILE").value.replace(`${mount.mountPath}/`, "");
  expect(README).toContain(`create configmap ${volume.configMap.name} --from-file ${file}=`);
});
