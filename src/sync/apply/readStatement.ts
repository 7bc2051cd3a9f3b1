import { compactVerify, importJWK } from "jose";
import * as z from "zod/mini";
import { STATEMENT_TYPE } from "../../registration/selftest/selfTestObjects.ts";
import type { Ed25519PublicKey } from "../../trust/Ed25519PublicKey.ts";

/** How far the gate's clock may be off. In seconds; the nonce tells that the statement is new. */
const SKEW = 300;

const statementSchema = z.object({
  nonce: z.string(),
  bundleHash: z.string(),
  cluster: z.string(),
  url: z.string(),
  iat: z.number(),
  registrationHash: z.string(),
});

/** What a gate has to have said. */
export interface ExpectedStatement {
  readonly nonce: string;
  readonly bundleHash: string;
  readonly cluster: string;
  readonly url: string;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** A statement that was signed by the gate: whether it is what was expected. */
export type StatementResult =
  | { readonly ok: true; readonly registrationHash: string }
  | {
      readonly ok: false;
      readonly fault: "unsigned" | "forged" | "another" | "other-url" | "clock";
      readonly message: string;
    };

/** Verifies the signed statement in the API server's error, with the pinned key. */
export async function readStatement(
  message: string,
  key: Ed25519PublicKey,
  expected: ExpectedStatement,
): Promise<StatementResult> {
  const token = /signed statement: ([\w-]+\.[\w-]+\.[\w-]+)/.exec(message)?.[1];
  if (token === undefined)
    return { ok: false, fault: "unsigned", message: "the gate's answer has no signed statement" };
  const statement = await verified(token, key);
  if (statement === undefined)
    return { ok: false, fault: "forged", message: "the statement was not signed with the pinned key" };
  const { nonce, bundleHash, cluster, url, iat, registrationHash } = statement;
  if (nonce !== expected.nonce || bundleHash !== expected.bundleHash)
    return { ok: false, fault: "another", message: "the statement is about another self-test" };
  if (cluster !== expected.cluster)
    return { ok: false, fault: "another", message: `the gate was called for the cluster ${cluster}` };
  if (url !== expected.url) return { ok: false, fault: "other-url", message: `the gate was called at ${url}` };
  const skew = Math.round(iat - expected.now / 1000);
  if (Math.abs(skew) > SKEW)
    return { ok: false, fault: "clock", message: `the gate's clock is ${skew} s off, or this one` };
  return { ok: true, registrationHash };
}

async function verified(
  token: string,
  { kty, crv, x }: Ed25519PublicKey,
): Promise<z.infer<typeof statementSchema> | undefined> {
  try {
    const { payload, protectedHeader } = await compactVerify(token, await importJWK({ kty, crv, x }, "EdDSA"), {
      algorithms: ["EdDSA"],
    });
    if (protectedHeader.typ !== STATEMENT_TYPE) return undefined;
    const parsed = statementSchema.safeParse(JSON.parse(new TextDecoder().decode(payload)));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
