import fc from "fast-check";
import { expect } from "vitest";
import { TrustError } from "../../src/trust/TrustError.ts";
import { verifyChain } from "../../src/trust/verify/verifyChain.ts";
import type { Certificate } from "../../src/trust/x509/Certificate.ts";
import { parseCertificate, pemBlock } from "../../src/trust/x509/parseCertificate.ts";
import { type AnyChain, anyChain } from "./anyChain.ts";
import type { GoQuestion, GoVerifier } from "./GoVerifier.ts";
import { makeCertificate } from "./makeCertificate.ts";

interface Verdict {
  readonly question: GoQuestion;
  /** "ok", or the code of the fault. */
  readonly ours: string;
  /** SHA-256 of each certificate of the bundle that can be parsed. */
  readonly anchors: readonly string[];
}

/**
 * Compares verifyChain with Go's crypto/x509 on `count` random chains. Go must accept each chain that verifyChain
 * accepts. A chain that only Go accepts must be one that verifyChain rejects on purpose.
 */
export async function compareVerdicts(go: GoVerifier, count: number, seed: number): Promise<void> {
  const chains = fc.sample(anyChain, { numRuns: count, seed });
  const verdicts: Verdict[] = [];
  for (const chain of chains) verdicts.push(await verdictOn(chain));
  const answers = go.ask(verdicts.map(({ question }) => question));
  expect(answers).toHaveLength(count);

  const wrong: string[] = [];
  const strict: string[] = [];
  let agreedOk = 0;
  for (const [index, { ours, anchors }] of verdicts.entries()) {
    const theirs = answers[index];
    const line = `chain ${index}: ${ours}, Go: ${theirs?.error ?? "ok"}`;
    if (ours === "ok" && theirs?.ok !== true) wrong.push(line);
    if (ours !== "ok" && theirs?.ok === true) strict.push(line);
    if (ours === "ok" && theirs?.ok === true) agreedOk += 1;
    const unread = anchors.filter((it) => !theirs?.anchors.includes(it));
    if (unread.length > 0) wrong.push(`chain ${index}: an anchor that Go cannot read`);
  }
  expect(wrong, `seed ${seed}`).toEqual([]);
  // About a quarter is accepted. If all or none were, the test would show nothing.
  expect(agreedOk, `seed ${seed}`).toBeGreaterThan(count / 16);
  expect(agreedOk, `seed ${seed}`).toBeLessThan((count * 7) / 8);
  expect(
    strict.filter((line) => !STRICTER_ON_PURPOSE.test(line)),
    `seed ${seed}`,
  ).toEqual([]);
  if (process.env.POSTERN_CHAINS !== undefined)
    process.stdout.write(
      `${count} chains, seed ${seed}: ${agreedOk} ok in both, ${strict.length} only in Go\n${strict.join("\n")}\n`,
    );
}

/** Faults of chains that Go may accept: see `verifyChain` and `parseCertificate`. */
const STRICTER_ON_PURPOSE = /: (needs-policies|bad-certificate|name-not-allowed),/;

async function verdictOn(chain: AnyChain): Promise<Verdict> {
  const { damage } = chain;
  // Make only certificates that are served or trusted: making one costs more than verifying it.
  const used = new Set([...chain.served, ...chain.anchors]);
  const ders = await Promise.all(
    chain.specs.map((spec, index) => (used.has(index) ? makeCertificate(spec) : undefined)),
  );
  const der = damage === undefined ? undefined : ders[damage.certificate];
  if (der !== undefined && damage !== undefined) {
    const at = Math.floor(damage.at * der.length);
    der[at] = (der[at] ?? 0) ^ (1 << damage.bit);
  }
  const served = chain.served.flatMap((index) => ders[index] ?? []);
  const anchors = chain.anchors.flatMap((index) => ders[index] ?? []);
  const question: GoQuestion = {
    served: served.map(pemBlock),
    anchors: anchors.map(pemBlock).join(""),
    host: chain.host,
    time: chain.now,
  };
  const read = anchors.flatMap((it) => readOrNot(it) ?? []);
  const chainRead = served.flatMap((it) => readOrNot(it) ?? []);
  const fingerprints = read.map(({ fingerprint }) => fingerprint);
  // Go rejects a handshake with a certificate that it cannot parse.
  if (chainRead.length < served.length) return { question, ours: "bad-certificate", anchors: fingerprints };
  const verification = verifyChain({ served: chainRead, anchors: read, host: chain.host, now: chain.now });
  return { question, ours: verification.ok ? "ok" : verification.code, anchors: fingerprints };
}

function readOrNot(der: Uint8Array): Certificate | undefined {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof TrustError && error.code === "bad-certificate") return undefined;
    throw error;
  }
}
