import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { posternOutput } from "./posternOutput.ts";

/** What an API server presents to a gate. */
export interface AdmissionInput {
  /** Path of the module of the gate. */
  readonly gate: string;
  readonly cluster: string;
  readonly url: string;
  /** The folder of the files: `client.crt` and `client.key`, or `token`. */
  readonly folder: string;
  readonly credential: "certificate" | "token";
}

/** Writes the files of `postern render --admission-config`. Resolves to the flags of the API server. */
export async function admissionFiles({ gate, cluster, url, folder, credential }: AdmissionInput): Promise<string[]> {
  const token = credential === "token" ? ["--token-file", join(folder, "token")] : [];
  const out = await posternOutput([
    ...["render", "--admission-config", "--gate", gate, "--cluster", cluster, "--url", url, "--output", "json"],
    ...["--host-folder", folder, ...token],
  ]);
  const { files } = JSON.parse(out);
  for (const { path, content } of files) await writeFile(path, JSON.stringify(content));
  return [`--admission-control-config-file=${files[0].path}`];
}
