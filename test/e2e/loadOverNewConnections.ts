import type { ClusterApi, KubeObject } from "../cluster/ClusterApi.ts";
import { scaled } from "../run/speedFactor.ts";
import type { AdmissionLoad, AdmissionsInProgress, LoadReport } from "./AdmissionLoad.ts";
import { MUTATING, VALIDATING } from "./SyncBed.ts";

/** In milliseconds, on the reference machine. */
const PAUSE = 1_000;
const COMMENT = /# .*\n$/;

/**
 * Load while `happen` does. The API server keeps connections for each caBundle, and goes on over those that it has whatever
 * is served by now: so the bundles get another comment again and again, which changes them and not the trust, and the calls
 * that follow have to shake hands. Afterwards the bundles are as they were.
 */
export async function loadOverNewConnections(
  api: ClusterApi,
  load: AdmissionLoad,
  happen: (load: AdmissionsInProgress) => Promise<void>,
): Promise<LoadReport> {
  let isOver = false;
  const report = await load.during(async (admissions) => {
    const reconnecting = (async () => {
      for (let count = 1; !isOver; count += 1) {
        await writeComment(api, `# ${count}\n`);
        await new Promise((resolve) => setTimeout(resolve, scaled(PAUSE)));
      }
    })();
    try {
      await happen(admissions);
    } finally {
      isOver = true;
      await reconnecting;
    }
  });
  await writeComment(api, "");
  return report;
}

/** Puts a comment at the end of each webhook's bundle, in the place of the one before. */
async function writeComment(api: ClusterApi, comment: string): Promise<void> {
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
