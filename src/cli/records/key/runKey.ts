import { writeFile } from "node:fs/promises";
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { CliError } from "../../terminal/CliError.ts";
import { EXIT_OK } from "../../terminal/exitCode.ts";
import { readFault } from "../../terminal/readFault.ts";
import type { Terminal } from "../../terminal/Terminal.ts";

/** Makes a key pair. Resolves to the exit code. Throws {@link CliError} `unreadable-input` for a file that cannot be written. */
export async function runKey({ stdout }: Terminal, file: string): Promise<number> {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const { d, ...open } = await exportJWK(privateKey);
  const named = { ...open, kid: await calculateJwkThumbprint(open), alg: "EdDSA", use: "sig" };
  try {
    await writeFile(file, `${JSON.stringify({ ...named, d })}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw new CliError("unreadable-input", `${file}: ${writeFault(error)}`, error);
  }
  stdout.write(`${JSON.stringify({ keys: [named] })}\n`);
  return EXIT_OK;
}

function writeFault(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EEXIST") return "exists already, and a key is never overwritten; name another file";
  return code === "ENOENT" ? "cannot be written: its folder does not exist" : readFault(error);
}
