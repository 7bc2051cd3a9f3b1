import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TierSettings } from "../../../src/identity/IdentitySettings.ts";

const FACTORIES = { "client-certificate": "clientCertificate", jwt: "jwt", capability: "capability" } as const;

/** Settings of one of the tiers that need a factory. */
export type ProvenTier = Exclude<TierSettings, { tier: "none" }>;

/**
 * Writes the module of a gate with the policies of `gates/sync.ts`. Each cluster identifies its callers, by settings that a suite
 * knows only when its cluster runs. Resolves to the path.
 */
export async function writeIdentityGate(
  folder: string,
  clusters: Readonly<Record<string, readonly ProvenTier[]>>,
): Promise<string> {
  const tiers = new Set(Object.values(clusters).flatMap((settings) => settings.map(({ tier }) => FACTORIES[tier])));
  const settings = Object.fromEntries(Object.entries(clusters).map(([name, identity]) => [name, { identity }]));
  // A bundle is made once for each path.
  const file = join(folder, `gate-${randomUUID()}.mjs`);
  await writeFile(
    file,
    `import { ${[...tiers].join(", ")} } from ${sourceOf("identity/index.ts")};
import { defineGate } from ${sourceOf("index.ts")};
import { addLabels, denyLabels } from ${sourceOf("policies/index.ts")};

export default defineGate({
  policies: [denyLabels(), addLabels({ labels: { "example.com/checked": "yes" } })],
  tiers: [${[...tiers].map((name) => `${name}()`).join(", ")}],
  clusters: ${JSON.stringify(settings)},
});
`,
  );
  return file;
}

function sourceOf(path: string): string {
  return JSON.stringify(fileURLToPath(new URL(`../../../src/${path}`, import.meta.url)));
}
