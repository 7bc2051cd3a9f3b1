import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { KubernetesApi } from "../../../src/kubernetes/KubernetesApi.ts";
import { KubernetesClient } from "../../../src/kubernetes/KubernetesClient.ts";
import { Host } from "../../../src/protocol/Host.ts";
import { isJsonObject } from "../../../src/protocol/Json.ts";
import { encodeBundle, parseBundle } from "../../../src/trust/bundle.ts";
import { servedChains } from "../../../src/trust/EndpointView.ts";
import { viewEndpoint } from "../../../src/trust/probe/viewEndpoint.ts";
import { verifyChain } from "../../../src/trust/verify/verifyChain.ts";
import type { Certificate } from "../../../src/trust/x509/Certificate.ts";

/**
 * A sync that only overwrites, as certificate controllers do. It checks the CA of the endpoint regularly and replaces
 * `caBundle` in the registrations with the root of that CA. It knows all CAs, so it never writes a wrong one. It keeps
 * no old root, tests nothing and rolls nothing back. Runs until it is killed, and prints `wrote PATH` after each
 * change.
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

/**
 * The root of the chain that the endpoint serves. Undefined for an unknown CA and when the endpoint does not answer.
 */
async function currentRoot(url: string, roots: readonly Certificate[]): Promise<Certificate | undefined> {
  const [served] = servedChains(await viewEndpoint(url, { handshakeMs: 2_000, probeMs: 12_000 }));
  if (served === undefined) return undefined;
  const host = Host.ofUrl(url).name;
  return roots.find((root) => verifyChain({ served, anchors: [root], host, now: Date.now() }).ok);
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
