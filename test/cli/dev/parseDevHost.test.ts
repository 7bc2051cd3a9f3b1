import { InvalidArgumentError } from "commander";
import { expect, it } from "vitest";
import { parseDevHost } from "../../../src/cli/dev/parseDevHost.ts";

it.each<[text: string, name: string, inUrl?: string]>([
  ["localhost", "localhost"],
  ["host.docker.internal", "host.docker.internal"],
  ["Host.Minikube.Internal.", "host.minikube.internal"],
  ["my-machine", "my-machine"],
  ["172.18.0.1", "172.18.0.1"],
  ["127.0.0.1", "127.0.0.1"],
  ["::1", "::1", "[::1]"],
  ["[::1]", "::1", "[::1]"],
  ["FC00:F853:CCD:E793:0:0:0:1", "fc00:f853:ccd:e793::1", "[fc00:f853:ccd:e793::1]"],
  ["bücher.example", "xn--bcher-kva.example"],
])("parseDevHost reads %s as %s", (text, name, inUrl = name) => {
  const host = parseDevHost(text);
  expect([host.name, host.inUrl]).toEqual([name, inUrl]);
});

const NAME = "expected a name or an address, such as 172.18.0.1";
const ONLY_HOST = "expected only a host, without https:// and without a path";
const PORT = "expected a host without a port; use --port";
it.each<[text: string, fault: string]>([
  ["", NAME],
  [".", NAME],
  ["[]", NAME],
  ["[172.18.0.1]", NAME],
  ["-x", NAME],
  ["a..b", NAME],
  ["a b", NAME],
  ["*.example.com", NAME],
  ["a_b", NAME],
  [`${"a".repeat(64)}.example`, NAME],
  ["999.1.1.1", NAME],
  ["1.2.3.4.5", NAME],
  ["1::2::3", NAME],
  ["https://host.docker.internal", ONLY_HOST],
  ["host.docker.internal/c/local", ONLY_HOST],
  ["user@host", ONLY_HOST],
  ["a\\b", ONLY_HOST],
  ["host.docker.internal:8443", PORT],
  ["172.18.0.1:8443", PORT],
  ["[::1]:8443", PORT],
  ["127.1", "write the address in full: 127.0.0.1"],
  ["0x7f000001", "write the address in full: 127.0.0.1"],
  ["172.18.1", "write the address in full: 172.18.0.1"],
  ["010.0.0.1", "write the address in full: 8.0.0.1"],
  ["0.0.0.0", "this is the address of no machine; name the one that the cluster calls"],
  ["::", "this is the address of no machine; name the one that the cluster calls"],
  ["fe80::1", "a link-local address needs a zone, which a URL cannot have; use another address"],
  ["fe80::1%eth0", "an address with a zone cannot be in a URL; use another address"],
  ["::ffff:172.18.0.1", "write the IPv4 address"],
])("parseDevHost refuses %s", (text, fault) => {
  expect(() => parseDevHost(text)).toThrow(new InvalidArgumentError(fault));
});
