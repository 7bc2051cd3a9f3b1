import "reflect-metadata";
import * as x509 from "@peculiar/x509";

/**
 * Self-signed roots that Go tries before a root, or together with it: they have its name and its key identifier. `isOneKey`:
 * all have the same key.
 */
export async function lookalikes(root: string, count: number, { isOneKey = false } = {}): Promise<string> {
  const real = new x509.X509Certificate(root);
  const { subjectName, notBefore, notAfter } = real;
  const identifier = real.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId ?? "";
  const newKeys = () => crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const shared = await newKeys();
  const texts: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const made = await x509.X509CertificateGenerator.createSelfSigned({
      name: subjectName.toJSON(),
      serialNumber: (at + 4_096).toString(16),
      keys: isOneKey ? shared : await newKeys(),
      signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
      notBefore,
      notAfter,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.SubjectKeyIdentifierExtension(identifier),
      ],
    });
    texts.push(`${made.toString("pem")}\n`);
  }
  return texts.join("");
}

/** Self-signed roots with one key, each with a name of its own. */
export async function manyRoots(count: number): Promise<string> {
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const texts: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const made = await x509.X509CertificateGenerator.createSelfSigned({
      name: `CN=${at}`,
      keys,
      signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    });
    texts.push(`${made.toString("pem")}\n`);
  }
  return texts.join("");
}
