import { printable } from "../telemetry/printable.ts";

/** client-node's messages that name a member and no value (config_types.ts, config.ts). */
const NAMES_A_MEMBER = /^(?:clusters|users|contexts)\[\d{1,6}\]\.[a-z.]{1,20} is missing$/;
/** The one of plain HTTP to a server whose certificate counts (config.ts). */
const PLAIN_HTTP = "HTTP protocol is not allowed when skipTLSVerify is not set or false";

/**
 * Why a kubeconfig cannot be used, without any of its values: the messages of its YAML reader quote whole lines, passwords
 * included. The end of a message.
 */
export function kubeconfigFault(error: unknown): string {
  const place = placeOf(error);
  if (place !== undefined) return `it is not YAML: see ${place}`;
  if (error instanceof Error && NAMES_A_MEMBER.test(error.message)) return error.message;
  return (
    fileFault(error) ??
    systemFault(error) ??
    "it is not a kubeconfig: expected a mapping with clusters, users and contexts"
  );
}

/**
 * Why the credentials of a kubeconfig cannot be had. What a credential plugin prints is left out: its answer, and often its
 * errors, have the token. The predicate of a sentence.
 */
export function credentialFault(error: unknown): string {
  if (error instanceof Error && error.message === PLAIN_HTTP)
    return "the kubeconfig has an http server; expected https, or insecure-skip-tls-verify";
  return (
    pluginFault(error) ??
    systemFault(error) ??
    "the credentials of the kubeconfig cannot be had; run its credential plugin by itself to see why, or check its certificate and key"
  );
}

/** Line and column of a YAMLException of js-yaml. */
function placeOf(error: unknown): string | undefined {
  const mark: unknown = error instanceof Error && "mark" in error ? error.mark : undefined;
  if (typeof mark !== "object" || mark === null || !("line" in mark) || !("column" in mark)) return undefined;
  const { line, column } = mark;
  return typeof line === "number" && typeof column === "number" ? `line ${line + 1}, column ${column + 1}` : undefined;
}

/** What is wrong with the file itself, and what to do. */
function fileFault(error: unknown): string | undefined {
  if (!(error instanceof Error && "syscall" in error && "code" in error)) return undefined;
  const file = "path" in error && typeof error.path === "string" ? `the file ${printable(error.path)}` : "the file";
  const set = "set --kubeconfig or KUBECONFIG to a kubeconfig";
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return `${file} does not exist; ${set}`;
  if (error.code === "EISDIR") return `it is a folder; ${set}`;
  if (error.code === "EACCES") return `${file} may not be read by this user`;
  return undefined;
}

/** Why a credential plugin does not start. */
function pluginFault(error: unknown): string | undefined {
  if (!(error instanceof Error && "syscall" in error && "code" in error && "path" in error)) return undefined;
  if (!String(error.syscall).startsWith("spawn")) return undefined;
  const plugin = `the credential plugin ${printable(String(error.path))} of the kubeconfig`;
  if (error.code === "ENOENT") return `${plugin} is not installed, or not in PATH`;
  if (error.code === "EACCES") return `${plugin} may not be run by this user`;
  return undefined;
}

/** An error of the operating system: its message has a code, a call and a path or a program. */
function systemFault(error: unknown): string | undefined {
  const isOfSystem = error instanceof Error && "syscall" in error && "code" in error;
  return isOfSystem ? printable(error.message) : undefined;
}
