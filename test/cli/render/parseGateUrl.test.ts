import { expect, it } from "vitest";
import { parseGateUrl } from "../../../src/cli/render/parseGateUrl.ts";
import { CliError } from "../../../src/cli/terminal/CliError.ts";

it.each([
  ["https://gate.example.com", "https://gate.example.com"],
  ["https://gate.example.com/", "https://gate.example.com"],
  ["https://gate.example.com:8443//", "https://gate.example.com:8443"],
  ["HTTPS://Gate.Example.com:443/prefix/", "https://gate.example.com/prefix"],
  ["https://[::1]:8443", "https://[::1]:8443"],
])("parseGateUrl accepts %s", (text, url) => {
  expect(parseGateUrl(text)).toBe(url);
});

it.each([
  ["", '--url "" is not a URL; expected one such as https://gate.example.com'],
  ["gate.example.com", '--url "gate.example.com" is not a URL; expected one such as https://gate.example.com'],
  ["http://gate.example.com", "--url must be https: the API server calls only https"],
  ["https://me:secret@gate", "--url must have no user name or password: the API server refuses one"],
  ["https://gate?", '--url "https://gate?" must have no query and no fragment: the API server refuses them'],
  ...["https://gate/c/prod", "https://gate/a/c", "https://gate/a%2fb", "https://gate//a"].map(
    (url): [string, string] => [
      url,
      `--url "${url}" has a path that no gate serves; expected one such as /hooks, of plain characters and without /c/CLUSTER`,
    ],
  ),
  [
    "https://gate/k/SECRET/c/prod",
    '--url "https://gate/k/(hidden)/c/prod" has a path that no gate serves; expected one such as /hooks, of plain characters and without /c/CLUSTER',
  ],
  ["https://gate/#", '--url "https://gate/#" must have no query and no fragment: the API server refuses them'],
])("parseGateUrl refuses %s", (text, message) => {
  expect(() => parseGateUrl(text)).toThrow(new CliError("usage", message));
});
