import { open } from "node:fs/promises";
import { readKeySet } from "../../identity/capability/readKeySet.ts";
import { IdentitySettingsError } from "../../identity/IdentitySettingsError.ts";
import { CliError } from "../terminal/CliError.ts";
import { readFault } from "../terminal/readFault.ts";
import type { KeySet } from "./rotateKeySet.ts";

/** A set has 4 kB at most. A larger file, or a device, is none. */
const MAX_BYTES = 65_536;

/** Reads a set of keys from a file. Throws {@link CliError} `unreadable-input`, which never repeats a part of the file. */
export async function readKeySetFile(path: string): Promise<KeySet> {
  const text = await readStart(path).catch((error: unknown): never => {
    throw new CliError("unreadable-input", `${path}: ${readFault(error)}`, error);
  });
  try {
    return readKeySet(text);
  } catch (error) {
    if (!(error instanceof IdentitySettingsError)) throw error;
    const fault = text === "" ? ": is empty" : error.message;
    throw new CliError("unreadable-input", `${path}${fault.startsWith(":") ? "" : " "}${fault}`, error);
  }
}

async function readStart(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const bytes = new Uint8Array(MAX_BYTES);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, MAX_BYTES - length);
      length += bytesRead;
      if (bytesRead === 0 || length === MAX_BYTES) break;
    }
    return new TextDecoder().decode(bytes.subarray(0, length));
  } finally {
    await file.close();
  }
}
