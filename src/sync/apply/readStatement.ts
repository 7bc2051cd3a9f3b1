import { compactVerify, importJWK } from "jose";
import * as z from "zod/mini";
import { statedUrl } from "../../protocol/statedUrl.ts";
import { STATEMENT_TYPE } from "../../registration/selftest/selfTestObjects.ts";
import { redactText } from "../../telemetry/redact/redactText.ts";
import type { Ed25519PublicKey } from "../../trust/Ed25519PublicKey.ts";

/** The largest accepted difference between the gate's clock and this one. The nonce shows that the statement is new. */
const MAX_SKEW_SECONDS = 300;

const statementSchema = z.object({
  nonce: z.string(),
  bundleHash: z.string(),
  cluster: z.string(),
  url: z.string(),
  iat: z.number(),
  registrationHash: z.string(),
  // Text of another form is no reason to refuse a statement: a later version may state itself in another way.
  version: z.catch(z.optional(z.string().check(z.regex(/^\d[\w.+-]{0,63}$/))), undefined),
});

/** The values that a statement must contain. */
export interface ExpectedStatement {
  readonly nonce: string;
  readonly bundleHash: string;
  readonly cluster: string;
  readonly url: string;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** The result of verifying a statement. */
export type StatementResult =
  | {
      readonly ok: true;
      readonly registrationHash: string;
      /** The version of the gate. Undefined for one that does not state it. */
      readonly version?: string | undefined;
    }
  | {
      readonly ok: false;
      readonly fault: "unsigned" | "forged" | "other-test" | "other-url" | "clock";
      readonly message: string;
    };

/** Verifies the gate's signed statement in an API server's error message, with the pinned key. Never rejects. */
export async function readStatement(
  message: string,
  key: Ed25519PublicKey,
  expected: ExpectedStatement,
): Promise<StatementResult> {
  const token = /signed statement: ([\w-]+\.[\w-]+\.[\w-]+)/.exec(message)?.[1];
  if (token === undefined)
    return { ok: false, fault: "unsigned", message: "the gate's answer contains no signed statement" };
  const statement = await verified(token, key);
  if (statement === undefined)
    return { ok: false, fault: "forged", message: "the statement was not signed with the pinned key" };
  const { nonce, bundleHash, cluster, url, iat, registrationHash, version } = statement;
  if (nonce !== expected.nonce || bundleHash !== expected.bundleHash)
    return { ok: false, fault: "other-test", message: "the statement belongs to another self-test" };
  if (cluster !== expected.cluster)
    return { ok: false, fault: "other-test", message: `the gate was called for the cluster ${cluster}` };
  if (url !== (await statedUrl(expected.url)))
    return { ok: false, fault: "other-url", message: `the gate was called at ${redactText(url)}` };
  const skew = Math.round(iat - expected.now / 1000);
  if (Math.abs(skew) > MAX_SKEW_SECONDS)
    return { ok: false, fault: "clock", message: `the gate's clock and this clock differ by ${skew} s` };
  return { ok: true, registrationHash, version };
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
