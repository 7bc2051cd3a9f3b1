import { constants, open } from "node:fs/promises";
import { TlsError } from "../TlsError.ts";
import type { ReloadOutcome, ReloadSignal } from "./ReloadWay.ts";

/** The longest number of a process has 7 digits (PID_MAX_LIMIT, 2^22). */
const PID = /^[1-9]\d{0,6}$/;
const MOST_BYTES = 64;

/**
 * Signals the process whose number a file holds. 0 would be this process's group, a negative number another group, and 1
 * the first process of all, so that none of these is signalled. Never throws.
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
    return { result: "failed", message: `${path}: cannot be read (${text.code}); expected the number of a process` };
  }
  const word = text.trim();
  // One that is being written is empty for a moment.
  if (word === "") return { result: "down", message: `${path}: empty; the server is starting, or not running` };
  const pid = Number(word);
  if (!PID.test(word) || pid <= 1 || pid === process.pid)
    return { result: "failed", message: `${path}: expected the number of a process from 2 on, and nothing else` };
  try {
    kill(pid, signal);
    return { result: "told" };
  } catch (error) {
    const code = codeOf(error);
    if (code === "ESRCH") return { result: "down", message: `${path}: process ${pid} is not running` };
    const hint = code === "EPERM" ? "this user may not signal it" : code;
    return { result: "failed", message: `${path}: process ${pid}: ${hint}` };
  }
}

async function readStart(path: string): Promise<string> {
  // The server's folder is the server's: without O_NONBLOCK, opening a pipe there would wait for its writer, for good.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw new TlsError({ code: "not-a-file", message: `${path}: no regular file` });
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}
