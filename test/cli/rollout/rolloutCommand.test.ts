import { expect, it } from "vitest";
import { runPostern } from "../runPostern.ts";

it.each([
  [
    "a port without a certificate",
    ["--port", "8443"],
    /^postern: --port, --cert and --key come together: .* TLS alone\n$/,
  ],
  ["a certificate without a port", ["--cert", "a", "--key", "b"], /^postern: --port, --cert and --key come together/],
  ["a certificate without its key", ["--port", "1", "--cert", "a"], /^postern: --port, --cert and --key come together/],
  ["a Lease of no time", ["--lease-seconds", "0"], /--lease-seconds.* expected a number of seconds from 1 to 86400/],
  ["a resync that is no number", ["--resync", "often"], /--resync.* expected a number of seconds/],
  ["a port that is none", ["--metrics-port", "70000"], /a port is a number from 0 to 65535/],
  ["an output that is none", ["--output", "yaml"], /--output.*text, json/],
  [
    "a kubeconfig that is not there",
    ["--kubeconfig", "/nowhere/config"],
    /^postern: \/nowhere\/config cannot be used: .*\n$/,
  ],
])("%s is exit code 2, and says what was expected", async (_, args, line) => {
  const { code, err } = await runPostern(["rollout", ...args]);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(line) });
});
