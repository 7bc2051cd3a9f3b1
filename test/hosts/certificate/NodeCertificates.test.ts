import { connect } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CertificateEnv } from "../../../src/hosts/certificate/readCertificateEnv.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { eventually } from "../../run/eventually.ts";
import { DAY, KEY_USE, NOW } from "../../trust/makeCertificate.ts";
import { CertificateBed, PROTOCOLS, type Protocol, UNKNOWN_CLUSTER } from "./CertificateBed.ts";
import { CAS, type ClientPair, clientPair, pemOf, SUBJECT } from "./clientPki.ts";

const BY_SUBJECT = { subjects: [SUBJECT] };
const ACCEPTED = `accepted ${SUBJECT}`;
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

let [oldCa, newCa] = ["", ""];
let client: ClientPair;
let renewed: ClientPair;
beforeAll(async () => {
  [oldCa, newCa] = await Promise.all([pemOf(CAS.old), pemOf(CAS.new)]);
  client = await clientPair();
  renewed = await clientPair({ key: "p256", issuer: CAS.new.subject, signedBy: "p521" });
});

let bed: CertificateBed | undefined;
afterEach(async () => {
  await bed?.stop();
  bed = undefined;
});

async function start(settings: JsonObject = BY_SUBJECT, env: CertificateEnv = {}, ca = oldCa): Promise<CertificateBed> {
  bed = await CertificateBed.start(ca, settings, env);
  return bed;
}

describe.each(PROTOCOLS)("a connection with %s", (protocol) => {
  it("is accepted with a certificate of the CA, again and again, and absent without one", async () => {
    const it = await start();
    const kept = it.keep(protocol, client);
    expect([await kept.call(), await kept.call(), await kept.call()]).toEqual([ACCEPTED, ACCEPTED, ACCEPTED]);
    kept.close();
    expect(await it.call(protocol)).toBe("absent");
  });

  it("does not outlive its CA: the same connection is refused when the CA is removed, and closed", async () => {
    const it = await start(BY_SUBJECT, {}, oldCa + newCa);
    const [kept, other] = [it.keep(protocol, client), it.keep(protocol, renewed)];
    expect([await kept.call(), await other.call()]).toEqual([ACCEPTED, ACCEPTED]);
    const lines = it.log.lines.length;
    it.writeCa(newCa);
    await eventually("the change", () => it.log.lines.length > lines || undefined);
    expect([await kept.call(), await other.call()]).toEqual(["not-verified", ACCEPTED]);
    await eventually("the end of the connection", () => kept.isEnded() || undefined);
    expect(other.isEnded()).toBe(false);
    other.close();
    kept.close();
  });

  it("does not outlive its certificate", async () => {
    const it = await start();
    const kept = it.keep(protocol, client);
    expect(await kept.call()).toBe(ACCEPTED);
    it.now = NOW + 31 * DAY;
    expect(await kept.call()).toBe("expired");
    await eventually("the end of the connection", () => kept.isEnded() || undefined);
    kept.close();
  });

  it.each<[what: string, pair: () => ClientPair | undefined, isEnded: boolean]>([
    ["with a certificate that is verified", () => client, true],
    ["with one that is not", () => renewed, true],
    ["without one", () => undefined, false],
  ])("%s ends after a refused call, or not, whether or not there is such a cluster", async (_, pair, isEnded) => {
    const it = await start({ subjects: ["CN=another"] });
    for (const headers of [{}, UNKNOWN_CLUSTER]) {
      const kept = it.keep(protocol, pair());
      await kept.call(headers);
      if (isEnded) await eventually("the end of the connection", () => kept.isEnded() || undefined);
      else await kept.call(headers);
      expect(kept.isEnded()).toBe(isEnded);
      kept.close();
    }
  });

  it("does not outlive an intermediate", async () => {
    const it = await start();
    const issuer = { ...CAS.intermediate, notAfter: NOW + DAY };
    const kept = it.keep(protocol, await clientPair({ issuer: issuer.subject, signedBy: "p256-b" }, issuer));
    expect(await kept.call()).toBe(ACCEPTED);
    it.now = NOW + 2 * DAY;
    expect(await kept.call()).toBe("expired");
    kept.close();
  });

  it("is accepted once its certificate is valid", async () => {
    const it = await start();
    const kept = it.keep(protocol, await clientPair({ notBefore: NOW + DAY }));
    expect(await kept.call()).toBe("not-yet-valid");
    kept.close();
    it.now = NOW + 2 * DAY;
    expect(await it.call(protocol, { pair: await clientPair({ notBefore: NOW + DAY }) })).toBe(ACCEPTED);
  });
});

describe("a certificate", () => {
  const make = {
    "of the CA": () => clientPair(),
    "below an intermediate that is sent": () =>
      clientPair({ issuer: CAS.intermediate.subject, signedBy: "p256-b" }, CAS.intermediate),
    "with its chain in another order": () =>
      clientPair({ issuer: CAS.intermediate.subject, signedBy: "p256-b" }, CAS.old, CAS.intermediate),
    "below an intermediate that is missing": () => clientPair({ issuer: CAS.intermediate.subject, signedBy: "p256-b" }),
    "that is self-signed, with the right subject": () =>
      clientPair({ issuer: "O=production, CN=kube-apiserver", signedBy: "p256-c" }),
    "of another CA": () => clientPair({ issuer: CAS.new.subject, signedBy: "p521" }),
    "of another CA with the same name": () => clientPair({ signedBy: "rsa-b" }),
    "that has expired": () => clientPair({ notAfter: NOW - 1_000 }),
    "that is not valid yet": () => clientPair({ notBefore: NOW + 60_000 }),
    "for servers": () => clientPair({ extKeyUsage: [SERVER_AUTH] }),
    "for servers and clients": () => clientPair({ extKeyUsage: [SERVER_AUTH, CLIENT_AUTH] }),
    "for any use": () => clientPair({ extKeyUsage: ["2.5.29.37.0"] }),
    "that says nothing of its use": () => clientPair({ extKeyUsage: undefined }),
    "whose key may not sign": () => clientPair({ keyUsage: KEY_USE.certSign }),
    "signed by a client": () =>
      clientPair(
        { key: "p256", issuer: "O=production, CN=kube-apiserver", signedBy: "p256-c" },
        {
          ...CAS.old,
          ca: undefined,
          keyUsage: undefined,
          subject: "O=production, CN=kube-apiserver",
          issuer: CAS.old.subject,
          key: "p256-c",
          signedBy: "p384",
        },
      ),
    "with more certificates than a chain has": () => clientPair({}, ...Array(10).fill(CAS.old)),
    "in another order": () => clientPair({ subject: "CN=kube-apiserver, O=production" }),
    "with more in its subject": () => clientPair({ subject: "C=DE, O=production, CN=kube-apiserver" }),
    "with a comma in its subject": () => clientPair({ subject: "O=production, CN=kube-apiserver\\,O=production" }),
    "with a look-alike": () => clientPair({ subject: "O=production, CN=kub\u0435-apiserver" }),
    "with a null byte": () => clientPair({ subject: "O=production, CN=#0c0f6b7562652d61706973657276657200" }),
    "with a multi-valued RDN": () => clientPair({ subject: "O=production+CN=kube-apiserver" }),
    "with another case": () => clientPair({ subject: "O=production, CN=Kube-APIserver" }),
  } as const;

  it.each<[keyof typeof make, result: string]>([
    ["of the CA", ACCEPTED],
    ["below an intermediate that is sent", ACCEPTED],
    ["with its chain in another order", ACCEPTED],
    ["below an intermediate that is missing", "not-verified"],
    ["that is self-signed, with the right subject", "not-verified"],
    ["of another CA", "not-verified"],
    ["of another CA with the same name", "not-verified"],
    ["that has expired", "expired"],
    ["that is not valid yet", "not-yet-valid"],
    ["for servers", "not-verified"],
    ["for servers and clients", ACCEPTED],
    ["for any use", ACCEPTED],
    ["that says nothing of its use", "not-verified"],
    ["whose key may not sign", "not-verified"],
    ["signed by a client", "not-verified"],
    ["with more certificates than a chain has", "malformed"],
    ["in another order", "not-pinned"],
    ["with more in its subject", "not-pinned"],
    ["with a comma in its subject", "not-pinned"],
    ["with a look-alike", "not-pinned"],
    ["with a null byte", "not-pinned"],
    ["with a multi-valued RDN", "not-pinned"],
    ["with another case", "not-pinned"],
  ])("%s: %s", async (name, result) => {
    const it = await start();
    const pair = await make[name]();
    const seen = await Promise.all(
      (["http/1.1 over TLS 1.3", "h2 over TLS 1.2"] as const).map((protocol) => it.call(protocol, { pair })),
    );
    expect(seen).toEqual([result, result]);
  });

  it.each<[name: string, settings: (fingerprint: string) => JsonObject, result: string]>([
    ["its fingerprint", (hex) => ({ fingerprints: [hex] }), ACCEPTED],
    ["its fingerprint in upper case", (hex) => ({ fingerprints: [hex.toUpperCase()] }), ACCEPTED],
    [
      "another fingerprint",
      (hex) => ({ fingerprints: [hex.replace(/^../, hex.startsWith("00") ? "01" : "00")] }),
      "not-pinned",
    ],
  ])("pinned by %s", async (_, settings, result) => {
    expect(await (await start(settings(client.fingerprint))).call("h2 over TLS 1.3", { pair: client })).toBe(result);
  });

  it.each<[rdn: string, pin: string]>([
    ["O=a\\, b, CN=x", "CN=x,O=a\\, b"],
    ["O=p, CN=x+OU=y", "OU=y+CN=x,O=p"],
    ["O=p, 1.2.3.4=#0c0161, CN=x", "CN=x,1.2.3.4=#0C0161,O=p"],
    ["DC=example, DC=org, CN=M\u00fcnchen", "CN=M\\C3\\BCnchen,DC=org,DC=example"],
  ])("with the subject %j is pinned by %j", async (subject, pin) => {
    const it = await start({ subjects: [pin] });
    expect(await it.call("h2 over TLS 1.3", { pair: await clientPair({ subject }) })).toMatch(/^accepted /);
  });
});

describe("a TLS session", () => {
  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "of %s is not resumed: each handshake shows the whole chain",
    async (version) => {
      const { server } = await start();
      const pair = await clientPair({ issuer: CAS.intermediate.subject, signedBy: "p256-b" }, CAS.intermediate);
      const tls = { minVersion: version, maxVersion: version, rejectUnauthorized: false, ...pair } as const;
      let session: Buffer | undefined;
      for (const _ of ["first", "second"]) {
        const socket = connect({ host: "127.0.0.1", port: server.port, ...tls, ...(session && { session }) });
        let [text, isReused] = ["", false];
        socket.on("session", (it) => {
          session = it;
        });
        socket.on("data", (part) => {
          text += part;
        });
        socket.once("secureConnect", () => {
          isReused = socket.isSessionReused();
          socket.write("GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        });
        await new Promise((resolve, reject) => socket.once("close", resolve).once("error", reject));
        expect(text).toContain(ACCEPTED);
        expect(isReused).toBe(false);
      }
    },
  );
});

describe("a header", () => {
  const PROXY: CertificateEnv = { POSTERN_CLIENT_CERT_HEADER: "X-Client-Cert", POSTERN_TRUSTED_PROXIES: "127.0.0.1" };
  const STRANGER: CertificateEnv = { ...PROXY, POSTERN_TRUSTED_PROXIES: "192.0.2.0/24" };
  const header = (pair: ClientPair) => encodeURIComponent(pair.cert);
  /** Those that platforms and proxies are known to use. */
  const forged = () => ({
    "x-client-cert": header(client),
    "client-cert": header(client),
    "x-forwarded-client-cert": `Cert="${header(client)}"`,
    "ssl-client-verify": "SUCCESS",
    "x-ssl-client-s-dn": SUBJECT,
    "x-amzn-mtls-clientcert": header(client),
    "cf-client-cert-sha256": client.fingerprint,
    cf: JSON.stringify({ tlsClientAuth: { certPresented: "1", certVerified: "SUCCESS", certRevoked: "0" } }),
  });

  describe.each<Protocol>(["http/1.1 over TLS 1.3", "h2 over TLS 1.3"])("%s", (protocol) => {
    it("of a listed proxy is the certificate of the call", async () => {
      const it = await start(BY_SUBJECT, PROXY);
      const kept = it.keep(protocol);
      expect(await kept.call({ "x-client-cert": header(client) })).toBe(ACCEPTED);
      expect(await kept.call({ "x-client-cert": header(client) })).toBe(ACCEPTED);
      expect(await kept.call()).toBe("absent");
      expect(await kept.call({ "client-cert": header(client) })).toBe("absent");
      expect(await kept.call({ "x-client-cert": "" })).toBe("absent");
      kept.close();
    });

    it("of a listed proxy counts, and its own certificate does not, nor does it end the connection", async () => {
      const it = await start(BY_SUBJECT, PROXY);
      const kept = it.keep(protocol, client);
      expect([await kept.call(), await kept.call(UNKNOWN_CLUSTER)]).toEqual(["absent", "unknown-cluster"]);
      expect([await kept.call(), kept.isEnded()]).toEqual(["absent", false]);
      kept.close();
      const headers = { "x-client-cert": header(renewed) };
      expect(await it.call(protocol, { pair: client, headers })).toBe("not-verified");
    });

    it("sent twice is refused", async () => {
      const it = await start(BY_SUBJECT, PROXY);
      const headers = { "x-client-cert": [header(client), header(client)] };
      expect(await it.call(protocol, { headers })).toBe("malformed");
    });

    it("of a peer that is not listed, or without the setting, is ignored", async () => {
      const stranger = await start(BY_SUBJECT, STRANGER);
      expect(await stranger.call(protocol, { headers: forged() })).toBe("absent");
      expect(await stranger.call(protocol, { headers: forged(), pair: renewed })).toBe("not-verified");
      await stranger.stop();
      expect(await (await start()).call(protocol, { headers: forged() })).toBe("absent");
    });

    it.each<[name: string, value: () => string | Promise<string>, result: string]>([
      [
        "that is self-signed",
        async () => header(await clientPair({ issuer: "O=production, CN=kube-apiserver", signedBy: "p256-c" })),
        "not-verified",
      ],
      ["of another CA", () => header(renewed), "not-verified"],
      ["that has expired", async () => header(await clientPair({ notAfter: NOW - 1 })), "expired"],
      ["for servers", async () => header(await clientPair({ extKeyUsage: [SERVER_AUTH] })), "not-verified"],
      [
        "with escaped line ends that are text",
        () => encodeURIComponent(client.cert.replaceAll("\n", "\\n")),
        "malformed",
      ],
      ["that is cut off", () => header(client).slice(0, -50), "malformed"],
      ["that is only a subject", () => SUBJECT, "malformed"],
    ])("of a listed proxy with a certificate %s: %s", async (_, value, result) => {
      const it = await start(BY_SUBJECT, PROXY);
      const headers = { "x-client-cert": await value() };
      expect([await it.call(protocol, { headers }), await it.call(protocol, { headers })]).toEqual([result, result]);
    });

    it("is verified again with other CAs, and at the end of the certificate", async () => {
      const it = await start(BY_SUBJECT, PROXY, oldCa + newCa);
      const headers = { "x-client-cert": header(client) };
      expect(await it.call(protocol, { headers })).toBe(ACCEPTED);
      it.now = NOW + 31 * DAY;
      expect(await it.call(protocol, { headers })).toBe("expired");
      it.now = NOW;
      expect(await it.call(protocol, { headers: { "x-client-cert": header(renewed) } })).toBe(ACCEPTED);
      const lines = it.log.lines.length;
      it.writeCa(newCa);
      await eventually("the change", () => it.log.lines.length > lines || undefined);
      expect(await it.call(protocol, { headers })).toBe("not-verified");
      expect(await it.call(protocol, { headers: { "x-client-cert": header(renewed) } })).toBe(ACCEPTED);
    });

    it("X-Forwarded-For names the client behind a listed proxy only", async () => {
      const headers = { "x-forwarded-for": "192.0.2.66, 203.0.113.9" };
      const proxied = await start(BY_SUBJECT, PROXY);
      expect(await proxied.call(protocol, { headers })).toBe("absent from 203.0.113.9");
      await proxied.stop();
      expect(await (await start(BY_SUBJECT, STRANGER)).call(protocol, { headers })).toBe("absent");
    });
  });
});
