import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyChain } from "../../../src/trust/verify/verifyChain.ts";
import { parseCertificate } from "../../../src/trust/x509/parseCertificate.ts";
import { certificatesOf, goQuestion } from "../certificatesOf.ts";
import { CHAIN_CASES, type ChainCase } from "../chainCases.ts";
import { BUILD_PATIENCE, GoVerifier } from "../GoVerifier.ts";
import { DAY, makeCertificate, NOW } from "../makeCertificate.ts";
import { version1 } from "../version1.ts";

let go: GoVerifier | undefined;
beforeAll(async () => {
  go = await GoVerifier.shared();
}, BUILD_PATIENCE);
afterAll(() => go?.remove());

const byName = CHAIN_CASES.map((it): [string, string, ChainCase] => [
  it.expected === "ok" ? "accepts a chain" : `returns ${it.expected}`,
  it.what,
  it,
]);

describe("verifyChain", () => {
  it.each(byName)("%s: %s", async (_expected, _what, it) => {
    const verification = verifyChain(await certificatesOf(it));
    expect(verification.ok ? "ok" : verification.code).toBe(it.expected);
  });

  it("agrees with Go on every case", async ({ skip }) => {
    if (go === undefined) skip("go is not installed");
    const questions = await Promise.all(CHAIN_CASES.map(certificatesOf));
    const answers = go?.ask(questions.map(goQuestion)) ?? [];
    const wrong = CHAIN_CASES.flatMap(({ what, expected, goDisagrees = false }, index) => {
      const agrees = answers[index]?.ok === (expected === "ok");
      return agrees === goDisagrees ? [`${what}: ${expected}, Go: ${answers[index]?.error ?? "ok"}`] : [];
    });
    expect(answers).toHaveLength(CHAIN_CASES.length);
    expect(wrong).toEqual([]);
  });

  it("accepts a version 1 certificate as a root, but not as an intermediate", async ({ skip }) => {
    const root = await version1({ subject: "CN=R", key: "rsa" });
    const middle = await version1({ subject: "CN=M", issuer: "CN=R", key: "rsa-b", signedBy: "rsa" });
    const names = { dns: ["hook.example"], key: "p256" } as const;
    const direct = await makeCertificate({ ...names, subject: "CN=l", issuer: "CN=R", signedBy: "rsa" });
    const below = await makeCertificate({ ...names, subject: "CN=l", issuer: "CN=M", signedBy: "rsa-b" });
    const questions = [[direct], [below, middle]].map((served) => ({
      served: served.map(parseCertificate),
      anchors: [parseCertificate(root)],
      host: "hook.example",
      now: NOW,
    }));
    expect(questions.map((it) => verifyChain(it))).toMatchObject([{ ok: true }, { ok: false, code: "not-a-ca" }]);
    if (go === undefined) skip("go is not installed");
    expect(go?.ask(questions.map(goQuestion))).toMatchObject([{ ok: true }, { ok: false }]);
  });

  it("returns the end and the anchor of the longest-lasting chain", async () => {
    const make = async (spec: Parameters<typeof makeCertificate>[0]) => parseCertificate(await makeCertificate(spec));
    const short = await make({ subject: "CN=A", key: "p256", ca: true, notAfter: NOW + 5 * DAY });
    const long = await make({ subject: "CN=B", key: "p384", ca: true, notAfter: NOW + 20 * DAY });
    const byShort = await make({ subject: "CN=M", issuer: "CN=A", key: "rsa", signedBy: "p256", ca: true });
    const byLong = await make({ subject: "CN=M", issuer: "CN=B", key: "rsa", signedBy: "p384", ca: true });
    const leaf = await make({
      subject: "CN=leaf",
      issuer: "CN=M",
      key: "p256-b",
      signedBy: "rsa",
      dns: ["hook.example"],
      notAfter: NOW + 90 * DAY,
    });
    const verification = verifyChain({
      served: [leaf, byShort, byLong],
      anchors: [short, long],
      host: "hook.example",
      now: NOW,
    });
    expect(verification).toMatchObject({ ok: true, notAfter: long.notAfter, anchor: long });
    expect(verification.ok && verification.chains.map((chain) => chain.map(({ subject }) => subject.short))).toEqual([
      ["leaf", "M", "A"],
      ["leaf", "M", "B"],
    ]);
  });

  it("stops on hostile chains that would take forever", async () => {
    // Forty intermediates of one name: by name, each could be the issuer of each.
    const served = await Promise.all(
      Array.from({ length: 40 }, async (_, index) =>
        parseCertificate(
          await makeCertificate({
            subject: "CN=M",
            key: index % 2 === 0 ? "p256" : "p384",
            signedBy: index % 3 === 0 ? "p256" : "p384",
            ca: true,
            dns: [`n${index}.example`],
          }),
        ),
      ),
    );
    const leaf = parseCertificate(
      await makeCertificate({ subject: "CN=l", issuer: "CN=M", key: "rsa", signedBy: "p256", dns: ["hook.example"] }),
    );
    const root = parseCertificate(await makeCertificate({ subject: "CN=R", key: "p521", ca: true }));
    const question = { served: [leaf, ...served], anchors: [root], host: "hook.example", now: NOW };
    expect(verifyChain(question)).toMatchObject({ ok: false });
  });
});
