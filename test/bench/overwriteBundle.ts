import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { KubernetesApi } from "../../src/kubernetes/KubernetesApi.ts";
import { KubernetesClient } from "../../src/kubernetes/KubernetesClient.ts";
import { isJsonObject } from "../../src/protocol/Json.ts";
import { encodeBundle, parseBundle } from "../../src/trust/bundle.ts";
import { probe } from "../../src/trust/probe/probe.ts";
import { resolveAddresses } from "../../src/trust/probe/resolveAddresses.ts";
import { verifyChain } from "../../src/trust/verify/verifyChain.ts";
import type { Certificate } from "../../src/trust/x509/Certificate.ts";

/**
 * A sync that only overwrites, as controllers of certificates do: it looks every so often which CA the endpoint has now,
 * and puts that one's root in place of whatever is in the registrations. It knows its CAs, and so never writes a wrong one;
 * it keeps no old one, tries nothing and undoes nothing. Runs until it is ended, and says `wrote` after each change.
 */
async function overwriteBundle(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { kubeconfig: { type: "string" }, url: { type: "string" }, interval: { type: "string" } },
  });
  const { kubeconfig = "", url = "", interval = "" } = values;
  const paths = positionals.filter((path) => path.startsWith("/apis/"));
  const files = positionals.filter((path) => !path.startsWith("/apis/"));
  const roots = await Promise.all(files.map(async (file) => parseBundle(await readFile(file, "utf8"), file)));
  const client = await KubernetesClient.create({ kubeconfig });
  const api: KubernetesApi = (request) => client.ask(request);
  process.stdout.write("started\n");
  for (;;) {
    const next = performance.now() + Number(interval);
    const root = await currentRoot(url, roots.flat());
    if (root !== undefined) for (const path of paths) await overwrite(api, path, encodeBundle([root]));
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
  }
}

/** Whose chain the endpoint serves; undefined where it serves none of a CA that is known, as when it is asked in vain. */
async function currentRoot(url: string, roots: readonly Certificate[]): Promise<Certificate | undefined> {
  const { host, chains } = await probe(url, {
    resolve: resolveAddresses,
    now: Date.now,
    timeoutMs: 2_000,
    signal: new AbortController().signal,
  });
  const [chain] = chains;
  if (chain === undefined) return undefined;
  return roots.find((root) => verifyChain({ served: chain.certificates, anchors: [root], host, now: Date.now() }).ok);
}

async function overwrite(api: KubernetesApi, path: string, bundle: string): Promise<void> {
  const { status, body } = await api({ method: "GET", path });
  if (status !== 200 || !Array.isArray(body.webhooks)) throw new Error(`${path} cannot be read: ${status}`);
  const value = Buffer.from(bundle).toString("base64");
  const patch = body.webhooks.filter(isJsonObject).flatMap(({ clientConfig }, index) => {
    const isWritten = isJsonObject(clientConfig) && clientConfig.caBundle === value;
    return isWritten ? [] : [{ op: "add", path: `/webhooks/${index}/clientConfig/caBundle`, value }];
  });
  if (patch.length === 0) return;
  const written = await api({ method: "PATCH", path, body: patch });
  if (written.status !== 200) throw new Error(`${path} cannot be written: ${written.status}`);
  process.stdout.write(`wrote ${path}\n`);
}

await overwriteBundle();
