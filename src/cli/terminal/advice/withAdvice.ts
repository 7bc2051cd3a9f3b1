import type { ShownErrorCode } from "../exitCode.ts";

/** The text of an error with what to do. `help` is the command that prints the help, such as `postern render --help`. */
export type Advise = (error: { readonly code: ShownErrorCode; readonly message: string }, help: string) => string;

/** Words by which a message says what to do, or what was expected. */
const ADVICE =
  /; |, such as |\bexpected\b|\bneeds? (?:--|a |the |each )|\bwrite "|did you mean|\bit has \b|\binstall\b|\bchmod\b|: (?:use|name|set|run|give|leave out) /;

/** What to do about an error whose message does not say it. */
const DEFAULTS: Readonly<Record<Exclude<ShownErrorCode, "usage" | "cluster-refused">, string>> = {
  "unreadable-input": "check the path, its content and its permissions",
  "bad-gate": "correct the file of the gate",
  "build-failed": "correct the file of the gate",
  "port-in-use": "choose another port",
  "cannot-serve": "correct what it names, and start it again",
  "missing-package": "install the package",
  "missing-secret": "set the secret that it names",
  "not-issued": "read the log of the gate",
  stalled: "look for a promise in the modules of the gate that never settles",
  "bad-ca-bundle": "give a PEM file with the roots that sign the gate's certificate now",
  "cluster-unreachable": "check --context, --kubeconfig and the way to the API server",
  "bad-local-ca": "delete it, and postern dev makes a new one",
  "bad-config": "correct the config",
  "unreadable-config": "check the path and its permissions",
  "writes-do-not-stay": "run postern doctor: it names who else writes the registrations",
  "lease-held": "wait for its end: the next run may succeed",
  "changed-in-between": "run it again",
  stopped: "run it again: the next run continues",
  "not-announced": "run it again: the published announcement stays meanwhile",
};

/** Adds to the message of an error what to do, unless it says so itself. */
export const withAdvice: Advise = ({ code, message }, help) => {
  const lastLine = message.slice(message.lastIndexOf("\n") + 1);
  if (ADVICE.test(lastLine)) return message;
  return `${message.replace(/\.$/, "")}; ${adviceFor(code, lastLine, help)}`;
};

function adviceFor(code: ShownErrorCode, message: string, help: string): string {
  if (code === "usage") return `see ${help}`;
  if (/does not exist$/.test(message))
    return code === "bad-gate" ? "name the file that exports the gate" : "check the path";
  if (code !== "cluster-refused") return DEFAULTS[code];
  if (/\b40[13]\b/.test(message)) return "use a user that may do this";
  return "check --context, and what the API server says";
}
