import fc from "fast-check";
import { expect } from "vitest";
import { clientPath } from "../../../src/tls/pair/clientPath.ts";
import { verifyPair } from "../../../src/tls/pair/verifyPair.ts";
import type { Certificate } from "../../../src/trust/x509/Certificate.ts";
import type { GoQuestion, GoVerifier } from "../../trust/GoVerifier.ts";
import { NOW } from "../../trust/makeCertificate.ts";
import { HOST } from "../testPki.ts";
import { type CrossName, crossSigned, pairOf, SPECS } from "./crossSigned.ts";

const isName = (text: string): text is CrossName => text in SPECS;
const NAMES = Object.keys(SPECS).filter(isName);
const above: readonly CrossName[] = NAMES.filter((name) => name !== "leaf");
const ROOTS: readonly CrossName[] = [
  "x1",
  "x1Ended",
  "x1Sha1",
  "old",
  "oldEnded",
  "stranger",
  "int",
  "intEnded",
  "cross",
];

/** A leaf with some of the certificates in any order, some of them twice, and the roots of a client. */
const anyFile = fc.record({
  // Most files have the right intermediate somewhere.
  served: fc
    .tuple(
      fc.array(fc.constantFrom(...above), { maxLength: 6 }),
      fc.constantFrom<CrossName[]>([], ["int"], ["intEndsFirst"]),
      fc.nat(),
    )
    .map(([some, right, at]): readonly CrossName[] => some.toSpliced(at % (some.length + 1), 0, ...right)),
  roots: fc.uniqueArray(fc.constantFrom(...ROOTS), { minLength: 1, maxLength: 3 }),
});

const questionOf = (served: readonly Certificate[], anchors: readonly Certificate[], time: number): GoQuestion => ({
  served: served.map(({ pem }) => pem),
  anchors: anchors.map(({ pem }) => pem).join(""),
  host: HOST,
  time,
});

/**
 * Compares verifyPair with Go's crypto/x509 on `count` files. With the client's roots, both accept the same files, and until
 * the same second. Without them, a file is accepted if Go accepts it with one of the certificates above the leaf as the root.
 */
export async function comparePaths(go: GoVerifier, count: number, seed: number): Promise<void> {
  const named = await crossSigned();
  const rules = { hosts: [HOST], allowLeafOnly: false };
  const files = fc.sample(anyFile, { numRuns: count, seed });
  const asked: { what: string; ours: boolean; question: GoQuestion }[] = [];
  let accepted = 0;
  for (const file of files) {
    const [served, roots] = [["leaf" as const, ...file.served].map(named), file.roots.map(named)];
    const pair = await pairOf(served);
    const what = JSON.stringify(file);
    const fault = verifyPair(pair, { ...rules, roots }, NOW);
    const path = clientPath(pair, { ...rules, roots }, NOW);
    // OpenSSL refuses to serve a SHA-1 signature that clients would not look at.
    const ours = fault?.code === "unusable" ? path.ok : fault === undefined;
    asked.push({ what, ours, question: questionOf(served, roots, NOW) });
    if (ours) accepted += 1;
    // A certificate that is not valid yet can become a better path.
    if (path.ok && !file.served.some((name) => name.endsWith("Future"))) {
      const end = path.notAfter.getTime();
      asked.push({ what: `${what} at its end`, ours: true, question: questionOf(served, roots, end) });
      asked.push({ what: `${what} after its end`, ours: false, question: questionOf(served, roots, end + 1_000) });
    }
    const others = file.served.map(named);
    // Without roots, an intermediate with a SHA-1 signature is not taken for the one that clients trust.
    if (others.length > 0 && !file.served.includes("intSha1"))
      asked.push({
        what: `${what} without roots`,
        ours: verifyPair(pair, rules, NOW) === undefined,
        question: questionOf(served, others, NOW),
      });
  }
  const answers = go.ask(asked.map(({ question }) => question));
  const wrong = asked.flatMap(({ what, ours }, index) =>
    answers[index]?.ok === ours ? [] : [`${what}: ours ${ours}, Go: ${answers[index]?.error ?? "ok"}`],
  );
  expect(answers).toHaveLength(asked.length);
  expect(wrong.slice(0, 5), `seed ${seed}`).toEqual([]);
  // If all or none were accepted, the test would show nothing.
  expect(accepted, `seed ${seed}`).toBeGreaterThan(count / 8);
  expect(accepted, `seed ${seed}`).toBeLessThan((count * 7) / 8);
  if (process.env.POSTERN_CHAINS !== undefined)
    process.stdout.write(`${count} files, seed ${seed}: ${accepted} accepted, ${asked.length} questions to Go\n`);
}
