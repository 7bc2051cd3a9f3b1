import { CliError } from "../terminal/CliError.ts";

/** The URL of --url as registrations need it, without a slash at its end. Throws {@link CliError} for one that the API server would refuse. */
export function parseGateUrl(text: string): string {
  const fail = (fault: string): never => {
    throw new CliError("usage", `--url ${fault}`);
  };
  if (!URL.canParse(text)) fail(`${JSON.stringify(text)} is no URL; such as https://gate.example.com`);
  const url = new URL(text);
  if (url.protocol !== "https:") fail("must be https: the API server calls nothing else");
  // The text is not repeated: it has a password in it.
  if (url.username !== "" || url.password !== "")
    fail("must have no user name or password: the API server refuses one");
  if (/[?#]/.test(text))
    fail(`${JSON.stringify(text)} must have no query and no fragment: the API server refuses them`);
  if (/\/c\//.test(url.pathname))
    fail(`${JSON.stringify(text)} has a cluster's path in it; name where the gate is served`);
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}
