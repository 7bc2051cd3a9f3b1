import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { selfSignedPair } from "../../tls/selfSignedPair.ts";
import { type Ran, runPostern } from "../runPostern.ts";
import { DISCOVERY, EnrollBed, ISSUER, KEYS, ok, publicJwk, status } from "./EnrollBed.ts";

const IDENTITY = fileURLToPath(new URL("../../../src/identity/index.ts", import.meta.url));

const A_B = "system:serviceaccount:a:b";

type Jwk = Readonly<Record<string, unknown>>;
let bed: EnrollBed;
let rsa: Jwk;
let ec: Jwk;
let pair: { readonly cert: string; readonly key: string };
let pem: string;
let server: string;
beforeAll(async () => {
  bed = await EnrollBed.start();
  [rsa, ec] = await Promise.all([publicJwk("a"), publicJwk("b", "ES256")]);
  pair = await bed.ca.issue({ name: "kube-apiserver", groups: ["production"] });
  pem = bed.folder.write("client.crt", pair.cert);
  server = bed.folder.write("server.crt", (await selfSignedPair()).cert);
});
beforeEach(() => {
  bed.reset();
  bed.publish(ISSUER, rsa);
});
afterAll(() => bed.stop());

const enroll = (...args: string[]): Promise<Ran> =>
  runPostern(["enroll", "--cluster", "production", "--kubeconfig", bed.kubeconfig, ...args]);
const pinned = (...args: string[]): Promise<Ran> =>
  runPostern(["enroll", "--cluster", "production", "--tier", "client-certificate", ...args]);
const identityOf = ({ out }: Ran): unknown => JSON.parse(out).settings.identity;

describe("postern enroll", () => {
  it("prints the issuer and the public keys of a cluster, with notes and next steps on standard error", async () => {
    const { code, out, err } = await enroll();
    expect(code).toBe(0);
    expect(out).toBe(
      [
        "production: {",
        "  identity: [",
        "    {",
        '      tier: "capability",',
        `      issuer: "${ISSUER}",`,
        "      keys: {",
        "        keys: [",
        "          {",
        '            kty: "RSA",',
        '            kid: "a",',
        '            alg: "RS256",',
        '            use: "sig",',
        `            n: "${rsa.n}",`,
        '            e: "AQAB",',
        "          },",
        "        ],",
        "      },",
        "    },",
        "  ],",
        "},",
        "",
      ].join("\n"),
    );
    expect(err).toBe(
      [
        "postern: only the cluster itself can call the issuer kubernetes.default.svc.cluster.local",
        "postern: the keys are in the settings: run postern enroll again when the API server gets another signing key, before it signs with it; both are listed as long as the API server has both",
        "Next:",
        "  1. add the settings to clusters of the gate, and capability() to its tiers",
        "  2. once for a gate: postern keys new --out FILE, and set POSTERN_CAPABILITY_KEYS",
        "  3. deploy the gate, on Node with POSTERN_HOSTS",
        "  4. apply the output of postern install, with capability.enabled in its config",
        "  5. kubectl create token postern-sync -n postern-system --audience URL/token > TOKEN",
        "  6. postern render --gate FILE --cluster production --url URL --sync --sync-token TOKEN, and apply",
        "",
      ].join("\n"),
    );
    expect(bed.calls()).toEqual([`GET ${DISCOVERY}`, `GET ${KEYS}`]);
  });

  it.each<[tier: string, args: string[], more: object]>([
    ["capability", [], {}],
    ["capability", ["--subject", A_B], { subject: A_B }],
    [
      "jwt",
      ["--subject", "system:serviceaccount:a:*", "--subject", A_B, "--audience", "g"],
      { subjects: ["system:serviceaccount:a:*", A_B], audiences: ["g"] },
    ],
  ])("prints settings of the tier %s with %j as JSON", async (tier, args, more) => {
    const ran = await enroll("--tier", tier, "--keys", "inline", "--output", "json", ...args);
    expect(ran).toMatchObject({ code: 0, err: expect.stringMatching(/^postern: the keys are in the settings: .*\n$/) });
    expect(identityOf(ran)).toEqual([{ tier, issuer: ISSUER, keys: { keys: [rsa] }, ...more }]);
    expect(JSON.parse(ran.out)).toMatchObject({ cluster: "production", keys: "inline" });
  });

  it("lists both keys while the API server has two, and no member but those of public keys", async () => {
    bed.publish(ISSUER, { ...rsa, x5c: ["MII"], ext: true }, { ...ec, secret: "no" }, rsa);
    expect(identityOf(await enroll("--output", "json"))).toEqual([
      { tier: "capability", issuer: ISSUER, keys: { keys: [rsa, ec] } },
    ]);
  });

  it("prints settings that a gate accepts", async () => {
    bed.publish(ISSUER, rsa, ec);
    const { out } = await enroll();
    const { out: jwt } = await enroll("--tier", "jwt", "--subject", "system:serviceaccount:a:\u202eb");
    const { out: certificate } = await pinned("--certificate", pem);
    const gate = bed.folder.write(
      "gate.ts",
      `import { defineGate, policy } from "postern";
import { capability, clientCertificate, jwt } from ${JSON.stringify(IDENTITY)};
const pods = policy({ name: "pods", match: { resources: ["pods"] }, validate: () => undefined });
export default defineGate({
  policies: [pods],
  tiers: [capability(), jwt(), clientCertificate()],
  clusters: {
${out}${jwt.replace("production", "second")}${certificate.replace("production", "third")}  },
});
`,
    );
    for (const cluster of ["production", "second", "third"]) {
      const args = ["--gate", gate, "--cluster", cluster, "--url", "https://gate.example.com", "--without-capability"];
      expect(await runPostern(["render", ...args])).toMatchObject({ code: 0, err: "" });
    }
  });

  it.each<[args: string[], step: RegExp]>([
    [
      ["--tier", "capability", "--subject", A_B],
      /^ {2}5\. kubectl create token b -n a --audience URL\/token > TOKEN$/m,
    ],
    [
      ["--tier", "jwt", "--subject", A_B],
      /^ {2}4\. postern render --gate FILE --cluster production --url URL --admission-config --token-file PATH$/m,
    ],
  ])("says what comes next with %j", async (args, step) => {
    expect((await enroll(...args)).err).toMatch(step);
  });

  it("quotes a cluster name that is no identifier", async () => {
    const { out } = await runPostern(["enroll", "--cluster", "eu-1.prod", "--kubeconfig", bed.kubeconfig]);
    expect(out).toMatch(/^"eu-1\.prod": \{\n/);
  });

  it("leaves out keys that the gate cannot use, and says which", async () => {
    bed.publish(ISSUER, rsa, { kty: "EC", crv: "secp256k1", kid: "c" }, "no key");
    const ran = await enroll("--output", "json");
    expect(identityOf(ran)).toMatchObject([{ keys: { keys: [rsa] } }]);
    expect(ran.err).toMatch(/^postern: \S+: key 2 is left out: crv: expected P-256, P-384 or P-521$/m);
    expect(ran.err).toMatch(/^postern: \S+: key 3 is left out: expected a JSON Web Key$/m);
  });
});

describe("postern enroll --tier client-certificate", () => {
  it("prints the subject, and the fingerprint as a comment", async () => {
    const { code, out, err } = await pinned("--certificate", pem);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^production: \{\n {2}identity: \[\n {4}\{ tier: "client-certificate", subjects: \["CN=kube-apiserver,O=production"\] \},\n {2}\],\n\},\n\/\/ Instead of subjects, until a renewal: fingerprints: \["[0-9a-f]{64}"\]\n$/,
    );
    expect(err).toMatch(/^Next:\n(?: {2}\d\. .*\n){5}$/);
    expect(bed.calls()).toEqual([]);
  });

  it("prints subject, fingerprint and end of each certificate as JSON, and each subject once", async () => {
    const other = bed.folder.write(
      "other.crt",
      (await bed.ca.issue({ name: "kube-apiserver", groups: ["production"] })).cert,
    );
    const ran = await pinned("--certificate", pem, "--certificate", other, "--output", "json");
    expect(identityOf(ran)).toEqual([{ tier: "client-certificate", subjects: ["CN=kube-apiserver,O=production"] }]);
    const { certificates } = JSON.parse(ran.out);
    expect(certificates).toEqual(
      [0, 1].map(() => ({
        subject: "CN=kube-apiserver,O=production",
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        notAfter: expect.stringMatching(/Z$/),
      })),
    );
    expect(certificates[0].fingerprint).not.toBe(certificates[1].fingerprint);
  });

  it("says why the gate would refuse a certificate", async () => {
    const expired = { notBefore: new Date(Date.UTC(2020, 0)), notAfter: new Date(Date.UTC(2021, 0)) };
    const old = bed.folder.write("old.crt", (await bed.ca.issue({ name: "old", ...expired })).cert);
    const root = bed.folder.write("ca.crt", bed.ca.cert);
    expect((await pinned("--certificate", old)).err).toMatch(/^postern: \S+old\.crt: the certificate has expired$/m);
    expect((await pinned("--certificate", server)).err).toMatch(/does not list the extended key usage clientAuth/);
    expect((await pinned("--certificate", root)).err).toMatch(/ca\.crt: the certificate is a CA: /);
  });

  it.each<[name: string, file: () => string, line: RegExp]>([
    ["a file that does not exist", () => "none.crt", /^postern: --certificate: none\.crt: does not exist\n$/],
    [
      "a private key",
      () => bed.folder.write("tls.key", pair.key),
      /^postern: --certificate: \S+tls\.key: has a private key; name the file with the certificate only, such as client\.crt\n$/,
    ],
    ["no PEM", () => bed.folder.write("x.crt", "x"), /^postern: --certificate: \S+x\.crt:1: no certificate in PEM\n$/],
  ])("exits with 2 and prints one line for %s", async (_, file, line) => {
    const ran = await pinned("--certificate", file());
    expect(ran).toEqual({ code: 2, out: "", err: expect.stringMatching(line) });
    expect(ran.err).not.toContain(pair.key.split("\n")[1]);
  });
});

describe("postern enroll exits with 2 and prints one line for", () => {
  it.each<[args: string[], line: RegExp]>([
    [["--cluster", "Prod/x"], /--cluster "Prod\/x" is not a cluster name/],
    [["--tier", "jwt"], /--tier jwt needs --subject TEXT/],
    [["--tier", "jwt", "--subject", ""], /the tier jwt does not take the settings: subjects\.0: expected a text/],
    [["--subject", "a", "--subject", "b"], /--tier capability takes one --subject/],
    [["--audience", "a"], /--audience is not for --tier capability/],
    [["--certificate", "x"], /--certificate is not for --tier capability/],
    [["--tier", "client-certificate"], /--kubeconfig is not for --tier client-certificate/],
    [["--context", "x"], /the kubeconfig has no context "x"; it has test/],
    [["--kubeconfig", "/none"], /none.* does not exist|ENOENT/],
  ])("%j", async (args, line) => {
    const { code, out, err } = await enroll(...args);
    expect({ code, out, lines: err.split("\n").length }).toEqual({ code: 2, out: "", lines: 2 });
    expect(err).toMatch(line);
  });

  it("a cluster that does not answer", async () => {
    const gone = await EnrollBed.start();
    const kubeconfig = bed.folder.write("gone", readFileSync(gone.kubeconfig));
    await gone.stop();
    const { code, out, err } = await runPostern(["enroll", "--cluster", "c", "--kubeconfig", kubeconfig]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^postern: https:\/\/127\.0\.0\.1:\d+: connection refused\n$/);
  });

  it("a server with a certificate of another CA", async () => {
    const other = await EnrollBed.start();
    const config = JSON.parse(readFileSync(bed.kubeconfig, "utf8"));
    config.clusters[0].cluster.server = JSON.parse(readFileSync(other.kubeconfig, "utf8")).clusters[0].cluster.server;
    const kubeconfig = bed.folder.write("other", JSON.stringify(config));
    const { code, out, err } = await runPostern(["enroll", "--cluster", "c", "--kubeconfig", kubeconfig]);
    await other.stop();
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^postern: https:\/\/127\.0\.0\.1:\d+: [^\n]*certificate[^\n]*\n$/);
  });

  it.each<[name: string, wrong: () => void, line: RegExp]>([
    [
      "a user without the right",
      () => bed.answers.set(DISCOVERY, status(403, "forbidden: \u001b[2J")),
      /openid-configuration: 403 needs the ClusterRole system:service-account-issuer-discovery: .*kubectl create clusterrolebinding .* \(forbidden: \\u001b\[2J\)$/m,
    ],
    [
      "keys that are forbidden",
      () => bed.answers.set(KEYS, status(403, "no")),
      /^postern: \/openid\/v1\/jwks: 403 needs/,
    ],
    [
      "credentials that are refused",
      () => bed.answers.set(DISCOVERY, status(401, "Unauthorized")),
      /401 the credentials/,
    ],
    ["an issuer that is not published", () => bed.answers.delete(DISCOVERY), /404 the API server publishes no issuer/],
    ["a server that fails", () => bed.answers.set(DISCOVERY, status(500, "")), /500 the API server does not answer/],
    [
      "a redirect to a login page",
      () => bed.answers.set(DISCOVERY, { status: 302, headers: { location: "https://login.example.com" } }),
      /302 a redirect: look for a proxy or a login page/,
    ],
    [
      "a login page",
      () => bed.answers.set(DISCOVERY, ok("<!doctype html><html>Sign in</html>")),
      /openid-configuration is a page and no JSON: look for a proxy or a login page/,
    ],
    ["an empty answer", () => bed.answers.set(KEYS, ok("")), /jwks is no JSON object, or too long/],
    ["a list", () => bed.answers.set(KEYS, ok("[]")), /jwks is no JSON object, or too long/],
    ["an endless answer", () => bed.answers.set(KEYS, ok(`{"x":"${"x".repeat(300_000)}"}`)), /too long/],
    ["half an answer", () => bed.answers.set(KEYS, "cut"), /^postern: https:\/\/127\.0\.0\.1:\d+: /],
    ["no issuer", () => bed.answers.set(DISCOVERY, ok('{"issuer":7}')), /has no issuer/],
    ["no keys", () => bed.answers.set(KEYS, ok('{"keys":{}}')), /is not a JSON Web Key Set/],
    ["an empty set", () => bed.publish(ISSUER), /has no key that can verify tokens/],
    [
      "keys that are all too weak",
      () => bed.publish(ISSUER, { kty: "RSA", kid: "w", n: "wQ", e: "AQAB" }),
      /no key that can verify tokens; \S+: key 1 is left out: n has \d+ bits/,
    ],
    ["too many keys", () => bed.publish(ISSUER, ...Array(65).fill(rsa)), /has 65 keys; expected at most 64/],
    [
      "a private key",
      () => bed.publish(ISSUER, rsa, { ...ec, d: "PRIVATE-PART" }),
      /key 2 is a private or symmetric key/,
    ],
    [
      "a symmetric key",
      () => bed.publish(ISSUER, { kty: "oct", kid: "s", k: "PRIVATE-PART" }),
      /key 1 is a private or/,
    ],
    ["two keys with one kid", () => bed.publish(ISSUER, rsa, { ...ec, kid: "a" }), /key 2 has the kid of another key/],
    [
      "an issuer of 2,000 characters",
      () => bed.publish(`https://${"x".repeat(2_000)}`, rsa),
      /issuer: expected a text/,
    ],
  ])("%s", async (_, wrong, line) => {
    wrong();
    const { code, out, err } = await enroll("--keys", "inline");
    expect({ code, out, lines: err.split("\n").length }).toEqual({ code: 2, out: "", lines: 2 });
    expect(err).toMatch(line);
    expect(err).not.toMatch(/PRIVATE-PART|internal error/);
  });
});
