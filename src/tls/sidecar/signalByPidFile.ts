import { constants, open } from "node:fs/promises";
import { TlsError } from "../TlsError.ts";
import type { ReloadOutcome, ReloadSignal } from "./ReloadMethod.ts";

/** A process ID has at most 7 digits (PID_MAX_LIMIT, 2^22). */
const PID = /^[1-9]\d{0,6}$/;
const MAX_BYTES = 64;

/**
 * Sends a signal to the process whose ID is in a file. IDs below 2 are refused: 0 and negative numbers address process
 * groups, and 1 is the init process. Never throws.
 */
export async function signalByPidFile(
  path: string,
  signal: ReloadSignal,
  kill: (pid: number, signal: ReloadSignal) => void = process.kill,
): Promise<ReloadOutcome> {
  const text = await readStart(path).catch((error: unknown) => ({ code: codeOf(error) }));
  if (typeof text !== "string") {
    if (text.code === "ENOENT")
      return { result: "down", message: `${path}: does not exist; the server is not running` };
    return { result: "failed", message: `${path}: cannot be read (${text.code}); expected a process ID` };
  }
  const word = text.trim();
  // The file is empty while the server writes it.
  if (word === "") return { result: "down", message: `${path}: empty; the server is starting, or not running` };
  const pid = Number(word);
  if (!PID.test(word) || pid <= 1 || pid === process.pid)
    return { result: "failed", message: `${path}: expected a single process ID of 2 or more` };
  try {
    kill(pid, signal);
    return { result: "triggered" };
  } catch (error) {
    const code = codeOf(error);
    if (code === "ESRCH") return { result: "down", message: `${path}: process ${pid} is not running` };
    const hint = code === "EPERM" ? "this user may not send it signals" : code;
    return { result: "failed", message: `${path}: process ${pid}: ${hint}` };
  }
}

async function readStart(path: string): Promise<string> {
  // Without O_NONBLOCK, open() on a pipe waits for a writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile())
      throw new TlsError({ code: "not-a-file", message: `${path}: not a regular file` });
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}
