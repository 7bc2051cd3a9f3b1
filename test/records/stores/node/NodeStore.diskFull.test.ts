import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { expect, it, onTestFinished } from "vitest";
import { TrustedKeys } from "../../../../src/records/chain/verify/TrustedKeys.ts";
import { verifyChain } from "../../../../src/records/chain/verifyChain.ts";
import { NodeSource } from "../../../../src/records/stores/node/NodeSource.ts";
import { readReview } from "../../../fixtures/readReview.ts";
import { NodeTarget } from "../../soak/NodeTarget.ts";
import { SOAK_CLUSTER } from "../../soak/SoakTarget.ts";

/** Room for the first commits. */
const MAX_FILE_BYTES = 256 * 1024;
const MAX_CALLS = 500;
const review = JSON.parse(readReview("validate-v1-create-pods-2"));
const hasLimits = spawnSync("prlimit", ["--version"]).status === 0;

it.skipIf(!hasLimits && process.env.CI === undefined)(
  "a full disk: 503 with Retry-After, no answer without a record, and records again when there is room",
  async () => {
    const { privateKey, publicKey } = await generateKeyPair("EdDSA", { extractable: true });
    const target = await NodeTarget.create({
      key: JSON.stringify(await exportJWK(privateKey)),
      maxFileBytes: MAX_FILE_BYTES,
    });
    onTestFinished(() => target.remove());
    const base = await target.start();
    const receipts: { readonly leaf: string; readonly where: string }[] = [];
    const call = async (uid: string): Promise<Response> => {
      const response = await fetch(`${base}/c/${SOAK_CLUSTER}/validate`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...review, request: { ...review.request, uid } }),
      });
      if (response.status === 200) {
        const { auditAnnotations } = (await response.clone().json()).response;
        receipts.push({ leaf: auditAnnotations.receipt, where: uid });
      }
      return response;
    };
    let refused: Response | undefined;
    for (let number = 0; refused === undefined && number < MAX_CALLS; number += 1) {
      const response = await call(`before-${number}`);
      if (response.status !== 200) refused = response;
    }
    expect([refused?.status, refused?.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await refused?.json()).toMatchObject({ error: { code: "not-recorded" } });
    expect((await call("full")).status).toBe(503);
    const before = receipts.length;
    expect(before).toBeGreaterThan(0);

    await target.liftLimit();
    expect((await call("after")).status).toBe(200);
    const source = new NodeSource(join(target.folder, "store"));
    const report = await verifyChain(source.lines(SOAK_CLUSTER), {
      cluster: SOAK_CLUSTER,
      keys: TrustedKeys.parse(JSON.stringify(await exportJWK(publicKey))),
      expected: receipts,
      loggedHead: () => source.loggedHead(SOAK_CLUSTER),
    });
    expect([report.findings, report.receipts]).toEqual([[], before + 1]);
  },
);
