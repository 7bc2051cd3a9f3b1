import { isBasePath } from "../../protocol/gateUrl.ts";
import { withoutTrailing } from "../../protocol/withoutTrailing.ts";
import { redactText } from "../../telemetry/redact/redactText.ts";
import { CliError } from "../terminal/CliError.ts";

/**
 * Parses the URL of `--url`; the result has no slash at its end. `place` is where it was given. Throws {@link CliError} `usage`
 * for a URL that the API server would refuse or no gate can serve.
 */
export function parseGateUrl(text: string, place = "--url"): string {
  const fail = (fault: string): never => {
    throw new CliError("usage", `${place} ${fault}`);
  };
  // Somebody may copy the URL of a registration, with its capability.
  const shown = JSON.stringify(redactText(text));
  if (!URL.canParse(text)) fail(`${shown} is not a URL; expected one such as https://gate.example.com`);
  const url = new URL(text);
  if (url.protocol !== "https:") fail("must be https: the API server calls only https");
  // The message does not repeat the text, which contains a password.
  if (url.username !== "" || url.password !== "")
    fail("must have no user name or password: the API server refuses one");
  if (/[?#]/.test(text)) fail(`${shown} must have no query and no fragment: the API server refuses them`);
  const base = withoutTrailing(url.pathname, "/");
  if (!isBasePath(base))
    fail(
      `${shown} has a path that no gate serves; expected one such as /hooks, of plain characters and without /c/CLUSTER`,
    );
  return `${url.origin}${base}`;
}
