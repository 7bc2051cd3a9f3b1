import { randomUUID } from "node:crypto";
import type { ClusterApi, KubeObject } from "../../cluster/ClusterApi.ts";
import { scaled } from "../../run/speedFactor.ts";
import { MUTATING, VALIDATING } from "../sync/bed/SyncBed.ts";
import type { AdmissionLoad, AdmissionsInProgress, LoadReport } from "./AdmissionLoad.ts";

/** Between two changes of the bundles, on the reference machine. */
const PAUSE_MS = 1_000;
const COMMENT = /# .*\n$/;

/**
 * Applies a load while `action` runs, and makes the API server open new connections all the time. The API server keeps
 * connections for each caBundle and reuses them, even when the gate serves another certificate. This function therefore
 * changes a comment in each bundle repeatedly. The trust stays the same, but the next call needs a new handshake. At
 * the end it removes the comments.
 */
export async function loadOverNewConnections(
  api: ClusterApi,
  load: AdmissionLoad,
  action: (load: AdmissionsInProgress) => Promise<void>,
): Promise<LoadReport> {
  let isDone = false;
  const report = await load.during(async (admissions) => {
    const reconnecting = (async () => {
      while (!isDone) {
        // The API server keeps the clients of a few bundles that it had before.
        await writeComment(api, `# ${randomUUID()}\n`);
        await new Promise((resolve) => setTimeout(resolve, scaled(PAUSE_MS)));
      }
    })();
    try {
      await action(admissions);
    } finally {
      isDone = true;
      await reconnecting;
    }
  });
  await writeComment(api, "");
  return report;
}

/** Replaces the comment at the end of each webhook's bundle. With another one, the API server makes new connections. */
export async function writeComment(api: ClusterApi, comment: string): Promise<void> {
  for (const path of [VALIDATING, MUTATING]) {
    const { webhooks } = (await api.get(path)).body;
    const patch = webhooks.map(({ clientConfig }: KubeObject, index: number) => {
      const pem = Buffer.from(clientConfig.caBundle, "base64").toString().replace(COMMENT, "");
      const value = Buffer.from(`${pem}${comment}`).toString("base64");
      return { op: "replace", path: `/webhooks/${index}/clientConfig/caBundle`, value };
    });
    const { status, body } = await api.call("PATCH", path, {
      contentType: "application/json-patch+json",
      body: patch,
    });
    if (status !== 200) throw new Error(body.message);
  }
}
