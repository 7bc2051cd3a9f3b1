import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JWK } from "jose";
import { TestIssuer } from "../../identity/jwt/TestIssuer.ts";

/** A cluster with a public key of its own, and a token that its API server sends. */
export interface EnrolledCluster {
  readonly name: string;
  readonly issuer: string;
  readonly jwk: JWK;
  readonly token: string;
}

/** Clusters in a file, for the gate of another process. Their private keys are in this one. */
export class FleetFile {
  readonly path: string;
  readonly #folder: string;

  private constructor(folder: string, path: string) {
    this.#folder = folder;
    this.path = path;
  }

  static async write(count: number): Promise<FleetFile> {
    const clusters = await Promise.all(Array.from({ length: count }, (_, index) => enrolled(`cluster-${index}`)));
    const folder = await mkdtemp(join(tmpdir(), "postern-fleet-"));
    const path = join(folder, "clusters.json");
    await writeFile(path, JSON.stringify(clusters));
    return new FleetFile(folder, path);
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true });
  }
}

async function enrolled(name: string): Promise<EnrolledCluster> {
  const issuer = await TestIssuer.create(`https://${name}.example.com`);
  const exp = Math.floor(Date.now() / 1_000) + 86_400;
  const token = await issuer.sign({ sub: "system:apiserver", aud: `https://localhost/c/${name}/validate`, exp });
  return { name, issuer: issuer.issuer, jwk: issuer.jwk, token };
}
