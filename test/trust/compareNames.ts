import fc from "fast-check";
import { expect } from "vitest";
import { verifyChain } from "../../src/trust/verify/verifyChain.ts";
import { parseCertificate } from "../../src/trust/x509/parseCertificate.ts";
import { derOf } from "./derOf.ts";
import type { GoVerifier } from "./GoVerifier.ts";
import { makeCertificate, NOW, nameConstraints, type RawExtension } from "./makeCertificate.ts";

/** Of few letters, so that names often match. */
const label = fc.constantFrom("a", "b", "A", "*", "a-b", "-a", "a_", "", "a*", "xn--a");
const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
const domain = fc.oneof(
  name,
  name.map((it) => `.${it}`),
  fc.constantFrom("", "a", ".a", "b.a", ".b.a"),
);
const address = fc.constantFrom<readonly number[]>(
  [10, 1, 2, 3],
  [10, 1, 2, 4],
  [192, 0, 2, 1],
  [...Array(15).fill(0), 1],
  [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1],
  [...Array(10).fill(0), 255, 255, 10, 1, 2, 3],
);
const range = fc.tuple(address, fc.nat({ max: 128 })).map(([bytes, prefix]) => {
  const mask = bytes.map(
    (_, at) => 0xff & ~(0xff >> Math.min(8, Math.max(0, Math.min(prefix, bytes.length * 8) - 8 * at))),
  );
  return [...bytes, ...mask];
});

function sans(dns: readonly string[], ip: readonly (readonly number[])[]): RawExtension {
  return {
    oid: "2.5.29.17",
    value: derOf(0x30, ...dns.map((it) => derOf(0x82, it)), ...ip.map((it) => derOf(0x87, it))),
  };
}

/** Compares the verdicts of verifyChain and Go on each sample. Go gets all questions in one call. */
async function compare<T>(
  go: GoVerifier,
  samples: readonly T[],
  question: (sample: T) => Promise<{ served: Uint8Array[]; anchors: Uint8Array[]; host: string }>,
): Promise<{ ok: number; different: string[] }> {
  const ours: boolean[] = [];
  const asked = [];
  for (const sample of samples) {
    const { served, anchors, host } = await question(sample);
    const [chain, roots] = [served.map(parseCertificate), anchors.map(parseCertificate)];
    ours.push(verifyChain({ served: chain, anchors: roots, host, now: NOW }).ok);
    const pems = { served: chain.map(({ pem }) => pem), anchors: roots.map(({ pem }) => pem).join("") };
    asked.push({ ...pems, host, time: NOW });
  }
  const answers = go.ask(asked);
  expect(answers).toHaveLength(samples.length);
  const different = samples.flatMap((sample, index) =>
    answers[index]?.ok === ours[index]
      ? []
      : [`${JSON.stringify(sample)}: ${ours[index]}, Go: ${answers[index]?.error ?? "ok"}`],
  );
  return { ok: ours.filter(Boolean).length, different };
}

/** Expects matchesHost to agree with Go on `runs` random hosts and alternative names. */
export async function compareHosts(go: GoVerifier, runs: number, seed: number): Promise<void> {
  const hosts = fc.oneof(
    { weight: 5, arbitrary: name },
    { weight: 2, arbitrary: name.map((it) => `${it}.`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "10.1.2.3",
        "[10.1.2.3]",
        "::1",
        "[::1]",
        "[2001:DB8::1]",
        "10.01.2.3",
        "10.1.2",
        "::ffff:a01:203",
        "0::1",
        "[]",
        "1.2.3.4.",
      ),
    },
  );
  const samples = fc.sample(
    fc.record({
      dns: fc.array(
        fc.oneof(
          name,
          name.map((it) => `${it}.`),
        ),
        { maxLength: 4 },
      ),
      ip: fc.array(address, { maxLength: 2 }),
      host: hosts,
    }),
    { numRuns: runs, seed },
  );
  // A third of the hosts equals one of the names or matches its wildcard.
  const near = samples.map((it, index) => ({
    ...it,
    host: index % 3 === 0 ? (it.dns[0] ?? it.host).replace("*", "a") || "a" : it.host || "a",
  }));
  const { ok, different } = await compare(go, near, async ({ dns, ip, host }) => {
    const leaf = await makeCertificate({ subject: "CN=a.a", key: "p256", extensions: [sans(dns, ip)] });
    return { served: [leaf], anchors: [leaf], host };
  });
  expect(different, `seed ${seed}`).toEqual([]);
  // About a seventh matches. With none, the test would show nothing.
  expect(ok, `seed ${seed}`).toBeGreaterThan(runs / 60);
}

/** Expects NameConstraintCheck to agree with Go on `runs` random names and constraints. */
export async function compareConstraints(go: GoVerifier, runs: number, seed: number): Promise<void> {
  const trees = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: domain.map((it) => [0x82, it] as const) },
      { weight: 1, arbitrary: range.map((it) => [0x87, it] as const) },
    ),
    { maxLength: 4 },
  );
  const samples = fc.sample(
    fc
      .record({
        permitted: trees,
        excluded: trees,
        dns: fc.array(name, { maxLength: 2 }),
        ip: fc.array(address, { maxLength: 2 }),
      })
      .filter(({ permitted, excluded }) => permitted.length + excluded.length > 0),
    { numRuns: runs, seed },
  );
  let unreadable = 0;
  const usable = [];
  for (const sample of samples) {
    const extensions = [nameConstraints(sample.permitted, sample.excluded)];
    const root = await makeCertificate({ subject: "CN=R", key: "p256-b", ca: true, extensions });
    try {
      parseCertificate(root);
      usable.push({ ...sample, root });
    } catch {
      unreadable += 1;
    }
  }
  const { ok, different } = await compare(go, usable, async ({ dns, ip, root }) => {
    // Few constraints apply to this address, so that the other names decide.
    const names = sans(dns, [...ip, [198, 51, 100, 1]]);
    const leaf = await makeCertificate({
      subject: "CN=l",
      issuer: "CN=R",
      key: "p256",
      signedBy: "p256-b",
      extensions: [names],
    });
    return { served: [leaf], anchors: [root], host: "198.51.100.1" };
  });
  const wrong = different.filter((line) => line.includes(": true, Go: "));
  expect(wrong, `seed ${seed}`).toEqual([]);
  // Postern is stricter only for ranges with bits below the mask and for IPv4-mapped addresses.
  expect(
    different.filter((line) => !line.includes("135,") && !/\[(0,)+255,255,10,1,2,3\]/.test(line)),
    `seed ${seed}`,
  ).toEqual([]);
  expect(ok, `seed ${seed}`).toBeGreaterThan(runs / 60);
  expect(unreadable, `seed ${seed}`).toBeLessThan(runs * 0.9);
}
