import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { announcedUrlFault } from "../../src/announcement/announcedUrlFault.ts";

const HOSTS = ["gate.example.com", "127.0.0.1", "[::1]"];

it.each([
  "https://gate.example.com",
  "https://gate.example.com:8443",
  "https://gate.example.com/base",
  "https://gate.example.com/a/b-1/c2",
  "https://127.0.0.1:1234",
  "https://[::1]:8443",
])("announcedUrlFault accepts %s", (url) => {
  expect(announcedUrlFault(url, HOSTS)).toBeUndefined();
});

describe("announcedUrlFault rejects", () => {
  it.each([
    ["http", "http://gate.example.com"],
    ["no scheme", "gate.example.com"],
    ["another scheme", "javascript:https://gate.example.com"],
    ["a host that starts with a listed one", "https://gate.example.com.evil.com"],
    ["a subdomain of a listed host", "https://evil.gate.example.com"],
    ["a user that looks like the host", "https://gate.example.com@evil.com"],
    ["a user", "https://user@gate.example.com"],
    ["a user and a password", "https://gate.example.com:443@evil.com"],
    ["upper case", "https://GATE.example.com"],
    ["the default port", "https://gate.example.com:443"],
    ["a trailing dot of the host", "https://gate.example.com."],
    ["a Cyrillic letter", "https://gаte.example.com"],
    ["a full-width stop", "https://gate。example.com"],
    ["a soft hyphen", "https://ga\u00adte.example.com"],
    ["an IPv4 address in decimal", "https://2130706433"],
    ["an IPv4 address in hexadecimal", "https://0x7f.1"],
    ["a trailing slash", "https://gate.example.com/"],
    ["a trailing slash of the path", "https://gate.example.com/base/"],
    ["a query", "https://gate.example.com?a=b"],
    ["an empty query", "https://gate.example.com?"],
    ["a fragment", "https://gate.example.com#a"],
    ["an empty fragment", "https://gate.example.com#"],
    ["backslashes", "https:\\\\gate.example.com"],
    ["a backslash in the path", "https://gate.example.com\\evil"],
    ["a tab", "https://gate.exa\tmple.com"],
    ["a line break", "https://gate.example.com\n"],
    ["a space", " https://gate.example.com"],
    ["a cluster's path", "https://gate.example.com/c/x"],
    ["a cluster's path below a base", "https://gate.example.com/base/c/x/validate"],
    ["a path with dots out of a cluster's path", "https://gate.example.com/c/x/validate/../.."],
    ["a capability", "https://gate.example.com/k/TOKEN"],
    ["the start of a capability", "https://gate.example.com/k"],
    ["dots", "https://gate.example.com/a/../b"],
    ["encoded dots", "https://gate.example.com/%2e%2e"],
    ["an encoded slash", "https://gate.example.com/a%2fc"],
    ["two slashes", "https://gate.example.com//a"],
    ["an empty text", ""],
  ])("%s", (_, url) => {
    expect(announcedUrlFault(url, HOSTS)).toEqual(expect.any(String));
  });

  it("a URL without repeating its path, which may hold a token", () => {
    expect(announcedUrlFault("https://gate.example.com/k/SECRET", HOSTS)).not.toContain("SECRET");
    expect(announcedUrlFault("https://gate.example.com/k/SECRET/", HOSTS)).not.toContain("SECRET");
    expect(announcedUrlFault("https://user:SECRET@gate.example.com", HOSTS)).not.toContain("SECRET");
  });
});

it("announcedUrlFault accepts only URLs on a listed host, in any reading of the URL", () => {
  const part = fc.constantFrom(
    ..."/\\@?#:.%c k".split(""),
    "gate.example.com",
    "evil.com",
    "https://",
    "c/",
    "k/",
    "..",
    "%2f",
    "8443",
    "base",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const url = `https://${parts.join("")}`;
      if (announcedUrlFault(url, HOSTS) !== undefined) return;
      const [, authority = "", path = ""] = /^https:\/\/([^/]*)(.*)$/.exec(url) ?? [];
      expect(HOSTS).toContain(authority.replace(/:\d+$/, ""));
      expect(path).toMatch(/^(\/[\w.~-]+)*$/);
      expect(`${path}/`).not.toMatch(/\/(c|k|\.\.?)\//);
    }),
    { numRuns: 2_000 },
  );
});
