import { generateKeyPairSync } from "node:crypto";
import { RecordSigner } from "../../../src/records/chain/RecordSigner.ts";
import { TrustedKeys } from "../../../src/records/chain/verify/TrustedKeys.ts";
import type { Decision } from "../../../src/records/decision/decisionSchema.ts";
import { ChainWriter } from "../../../src/records/writer/ChainWriter.ts";
import { MemoryArchive, MemoryLog } from "./MemoryStores.ts";

/** An Ed25519 key as a signer, and as what verifies it. */
export interface TestKey {
  readonly signer: RecordSigner;
  readonly keys: TrustedKeys;
  /** The public key as a JWKS. */
  readonly jwks: string;
  readonly privateJwk: string;
}

/** A new key. */
export function testKey(kid?: string): TestKey {
  const { privateKey } = generateKeyPairSync("ed25519");
  const jwk = { ...privateKey.export({ format: "jwk" }), ...(kid === undefined ? {} : { kid }) };
  const { d: _, ...open } = jwk;
  const jwks = JSON.stringify({ keys: [open] });
  return { signer: new RecordSigner(jwk), keys: TrustedKeys.parse(jwks), jwks, privateJwk: JSON.stringify(jwk) };
}

/** A decision on the Pod `web-NUMBER`. Each third is a denial. */
export function testDecision(number: number, cluster = "production"): Decision {
  const hash = number.toString(16).padStart(64, "0");
  const isDenied = number % 3 === 0;
  const finding = {
    effect: "deny",
    message: "Pod contains forbidden label 'bad-label'",
    at: "metadata.labels",
  } as const;
  return {
    apiVersion: "records.postern.dev/v1",
    kind: "Decision",
    cluster,
    identity: { tier: "jwt", subject: "system:serviceaccount:kube-system:api" },
    user: { name: number % 5 === 0 ? "jane" : "system:serviceaccount:shop:deployer", groups: ["system:authenticated"] },
    request: {
      uid: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
      digest: hash,
      purpose: "validate",
      entry: "pods",
      operation: "CREATE",
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      subresource: "",
      namespace: number % 2 === 0 ? "shop" : "übung",
      name: `web-${number}`,
      dryRun: false,
      objectHash: hash,
    },
    verdict: {
      allowed: !isDenied,
      ...(isDenied ? { code: 403, reason: "Forbidden", message: `deny-labels: ${finding.message}` } : {}),
      policies: [
        { policy: "deny-labels", mode: "enforce", result: "judged", findings: isDenied ? [finding] : [] },
        { policy: "disallow-latest-tag", mode: "audit", result: "judged", findings: [] },
      ],
      warnings: [],
    },
    durationMs: 0.25,
    gate: { name: "postern", version: "1.2.3" },
  };
}

/** A chain as its stores have it. */
export interface TestChain {
  /** The texts of its batches, in their order. See `batchText`. */
  readonly batches: readonly string[];
  readonly log: MemoryLog;
}

/** Where test chains begin: 2026-01-02T03:04:05Z. */
export const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

/** Writes a chain with `ChainWriter`, with batches of the given sizes, one second apart. */
export async function testChain(
  sizes: readonly number[],
  { signer }: TestKey,
  cluster = "production",
): Promise<TestChain> {
  const log = new MemoryLog(START_MS);
  const archive = new MemoryArchive();
  const writer = new ChainWriter(cluster, { log, archive, signer });
  let number = 0;
  for (const size of sizes) {
    const decisions = Array.from({ length: size }, (_, index) => testDecision(number + index, cluster));
    await writer.commit(decisions);
    number += size;
  }
  return { log, batches: [...archive.texts.keys()].sort().map((key) => archive.texts.get(key) ?? "") };
}
