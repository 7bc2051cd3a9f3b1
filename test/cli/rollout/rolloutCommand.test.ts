import { expect, it } from "vitest";
import { runPostern } from "../runPostern.ts";

it.each([
  [
    "a port without a certificate",
    ["--port", "8443"],
    /^postern: --port, --cert and --key need each other: .* only over TLS\n$/,
  ],
  ["a certificate without a port", ["--cert", "a", "--key", "b"], /^postern: --port, --cert and --key need each other/],
  [
    "a certificate without its key",
    ["--port", "1", "--cert", "a"],
    /^postern: --port, --cert and --key need each other/,
  ],
  ["a Lease duration of 0", ["--lease-seconds", "0"], /--lease-seconds.* expected a number of seconds from 1 to 86400/],
  ["a resync that is not a number", ["--resync", "often"], /--resync.* expected a number of seconds/],
  ["an invalid port", ["--metrics-port", "70000"], /a port is a number from 0 to 65535/],
  ["an unknown output", ["--output", "yaml"], /--output.*text, json/],
  ["a missing kubeconfig", ["--kubeconfig", "/nowhere/config"], /^postern: \/nowhere\/config cannot be used: .*\n$/],
])("postern rollout exits with 2 and prints what it expected for %s", async (_, args, line) => {
  const { code, err } = await runPostern(["rollout", ...args]);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(line) });
});
