import { createHash, generateKeyPairSync } from "node:crypto";

/** Secrets as people have them in files and variables, each unlike all other texts. */
export class PlantedSecrets {
  /** By where it is planted. */
  readonly values = {
    kubeToken: madeUp("kubeconfig token"),
    kubePassword: `pw!"${madeUp("kubeconfig password")}`,
    pluginToken: madeUp("credential plugin"),
    providerEnv: madeUp("provider token in a variable"),
    providerFile: madeUp("provider token in a file"),
    awsSecret: madeUp("AWS secret key"),
    awsSession: madeUp("AWS session token"),
    proxyPassword: madeUp("proxy password"),
    anyVariable: madeUp("a variable of the Pod"),
    secretData: madeUp("data of a Secret"),
    secretText: madeUp("stringData of a Secret"),
    secretBefore: madeUp("data of the Secret before"),
    configMistake: madeUp("a token that stands in a config"),
  };
  readonly clientKey = pemKey();
  readonly servingKey = pemKey();
  readonly announceKey = ed25519();
  readonly signingKey = ed25519();

  /** The names of the secrets of which a text has a part: as they are, or in base64, hex, URL or JSON encoding. */
  foundIn(text: string): string[] {
    return Object.entries(this.#all())
      .filter(([, secret]) => formsOf(secret).some((form) => hasPart(text, form)))
      .map(([name]) => name);
  }

  #all(): Record<string, string> {
    const body = (pem: string): string => pem.replace(/-----[^-]*-----|\s/g, "").slice(40);
    return {
      ...this.values,
      clientKey: body(this.clientKey),
      servingKey: body(this.servingKey),
      announceKey: this.announceKey.d,
      signingKey: this.signingKey.d,
    };
  }
}

/** The shortest part that counts. */
const PART = 10;

function hasPart(text: string, form: string): boolean {
  for (let at = 0; at + PART <= form.length; at += 1) if (text.includes(form.slice(at, at + PART))) return true;
  return false;
}

function formsOf(secret: string): string[] {
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.from(`${"x".repeat(offset)}${secret}`)
      .toString("base64")
      .slice(offset === 0 ? 0 : offset + 1, -4),
  );
  return [secret, ...base64, Buffer.from(secret).toString("hex"), encodeURIComponent(secret), JSON.stringify(secret)];
}

function madeUp(what: string): string {
  return createHash("sha256").update(`${what} ${process.pid}`).digest("base64url").replaceAll("_", "x");
}

function pemKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

function ed25519(): { readonly kty: string; readonly crv: string; readonly x: string; readonly d: string } {
  const { x = "", d = "" } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  return { kty: "OKP", crv: "Ed25519", x, d };
}
