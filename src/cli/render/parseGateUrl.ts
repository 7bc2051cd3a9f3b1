import { hasClusterPath } from "../../protocol/gateUrl.ts";
import { withoutTrailing } from "../../protocol/withoutTrailing.ts";
import { CliError } from "../terminal/CliError.ts";

/**
 * Parses the URL of `--url`; the result has no slash at its end. Throws {@link CliError} `usage` for a URL that the API
 * server would refuse.
 */
export function parseGateUrl(text: string): string {
  const fail = (fault: string): never => {
    throw new CliError("usage", `--url ${fault}`);
  };
  if (!URL.canParse(text)) fail(`${JSON.stringify(text)} is not a URL; expected one such as https://gate.example.com`);
  const url = new URL(text);
  if (url.protocol !== "https:") fail("must be https: the API server calls only https");
  // The message does not repeat the text, which contains a password.
  if (url.username !== "" || url.password !== "")
    fail("must have no user name or password: the API server refuses one");
  if (/[?#]/.test(text))
    fail(`${JSON.stringify(text)} must have no query and no fragment: the API server refuses them`);
  if (hasClusterPath(url.pathname))
    fail(`${JSON.stringify(text)} contains the path of a cluster; give the URL of the gate without /c/CLUSTER`);
  return `${url.origin}${withoutTrailing(url.pathname, "/")}`;
}
