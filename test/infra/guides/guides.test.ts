import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { InputFolder } from "../../cli/InputFolder.ts";
import { insideFolder } from "../../cli/insideFolder.ts";
import { runPostern } from "../../cli/runPostern.ts";
import { examplesOf } from "../../docs/examplesOf.ts";
import { ROOT } from "../../docs/readmes.ts";

const GUIDES = "infra/guides";
const names = readdirSync(join(ROOT, GUIDES), { withFileTypes: true })
  .filter((it) => it.isDirectory())
  .map(({ name }) => name);
const text = (path: string): string => readFileSync(join(ROOT, path), "utf8");

it("the index and the package have every guide", () => {
  const index = text(`${GUIDES}/README.md`);
  for (const name of names) expect(index).toContain(`(${name}/README.md)`);
  expect(JSON.parse(text("package.json")).files).toContain("infra");
});

it("each guide of a deployment says to check the URL first", () => {
  for (const name of ["clusters", "load-balancer", "edge-down"])
    expect(text(`${GUIDES}/${name}/README.md`)).toContain("postern doctor --preflight https://gate.example.com");
});

describe("the guide of kinds of clusters", () => {
  const blocks = examplesOf(text(`${GUIDES}/clusters/README.md`)).filter(({ language }) => language === "yaml");
  const [kubeadm, kind] = blocks.map((block) => {
    const [document] = parseAllDocuments(block.text, { uniqueKeys: true, strict: true });
    expect(document?.errors).toEqual([]);
    return document?.toJS();
  });

  it("names the files that postern render --admission-config prints, for kubeadm and for kind", async () => {
    const args = ["render", "--admission-config", "--cluster", "onprem", "--url", "https://gate.example.com"];
    // In a folder without a gate, as on a host of an API server.
    const { out } = await insideFolder(tmpdir(), () => runPostern([...args, "--output", "json"]));
    const { files }: { files: { path: string }[] } = JSON.parse(out);
    const [admission = ""] = files.map(({ path }) => path);
    expect(kubeadm.apiServer.extraArgs).toEqual([{ name: "admission-control-config-file", value: admission }]);
    const patch = parseAllDocuments(kind.nodes[0].kubeadmConfigPatches[0])[0]?.toJS();
    expect(patch.apiServer.extraArgs).toEqual({ "admission-control-config-file": admission });
    for (const { path } of files)
      for (const [volume] of [kubeadm.apiServer.extraVolumes, patch.apiServer.extraVolumes])
        expect(path.startsWith(`${volume.mountPath}/`)).toBe(true);
    expect(kind.nodes[0].extraMounts[0].containerPath).toBe(patch.apiServer.extraVolumes[0].hostPath);
  });
});

it("the guide of leaving removes what install printed with the script of uninstall, and deletes nothing by hand", () => {
  const guide = text(`${GUIDES}/leaving/README.md`);
  expect(guide).toContain("npx --no postern uninstall --config postern.yaml");
  expect(guide).not.toMatch(/kubectl.* delete |kubectl.*cronjob/);
});

it("the guide of leaving: with mode warn, no request depends on the gate", async () => {
  const folder = new InputFolder();
  const gate = (mode: string): string =>
    folder.write(
      `${mode}.ts`,
      `import { defineGate } from "postern";\nimport { denyLabels, disallowLatestTag } from "postern/policies";\nexport default defineGate({ policies: [denyLabels(), disallowLatestTag()], clusters: { production: { identity: "none", mode: "${mode}" } } });\n`,
    );
  const policies = async (mode: string): Promise<string[]> => {
    const { out } = await runPostern([
      ...["render", "--gate", gate(mode), "--cluster", "production", "--url", "https://gate.example.com"],
    ]);
    // The canary matches one object of the self-test only.
    const objects = out.split("\n---\n").filter((it) => !it.includes("name: postern.canary"));
    return [...objects.join("\n").matchAll(/failurePolicy: (\w+)/g)].map(([, policy = ""]) => policy);
  };
  expect(new Set(await policies("enforce"))).toEqual(new Set(["Fail"]));
  expect(new Set(await policies("warn"))).toEqual(new Set(["Ignore"]));
  folder.remove();
});
