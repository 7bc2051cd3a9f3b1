import { beforeAll, expect, it } from "vitest";
import { checkUrl } from "../../../src/doctor/checks/checkUrl.ts";
import { type DoctorCa, doctorCa, registrations, viewOf } from "../doctorView.ts";

let ca: DoctorCa;
beforeAll(async () => {
  ca = await doctorCa("edge");
});

/** What is reported of the ConfigMap's hosts when registrations of the sync call a host. */
async function unlisted(host: string, hosts: readonly string[]): Promise<{ message: string; todo: string }[]> {
  const all = await registrations(ca.root, (object) => ({
    ...object,
    webhooks: [{ name: "a.b.c", clientConfig: { url: `https://${host}/c/production/validate/default` } }],
  }));
  const view = await viewOf(ca, { registrations: all.slice(0, 1), hosts });
  return checkUrl(view)
    .filter(({ code }) => code === "unlisted-host")
    .map(({ message, todo }) => ({ message, todo }));
}

it.each([
  ["gate.example.com", "gate.example.com"],
  ["gate.example.com:8443", "gate.example.com"],
  ["[2001:db8::1]", "2001:db8::1"],
  ["[2001:db8::1]:8443", "2001:db8::1"],
  ["[::1]", "::1"],
  ["[::ffff:7f00:1]", "::ffff:7f00:1"],
  ["127.0.0.1", "127.0.0.1"],
  ["xn--bcher-kva.example", "xn--bcher-kva.example"],
])("%s is listed as %s, as the policy reads it", async (host, listed) => {
  expect(await unlisted(host, ["other.example.com", listed])).toEqual([]);
});

it.each([
  ["gate.example.com", "GATE.example.com", "gate.example.com"],
  ["[2001:db8::1]", "[2001:db8::1]", "2001:db8::1"],
  ["[2001:db8::1]", "2001:0db8:0:0:0:0:0:1", "2001:db8::1"],
  ["[::ffff:7f00:1]", "::ffff:127.0.0.1", "::ffff:7f00:1"],
  ["127.0.0.1", "127.1", "127.0.0.1"],
  ["xn--bcher-kva.example", "bücher.example", "xn--bcher-kva.example"],
])("%s is not listed as %s: the policy compares the spelling", async (host, listed, right) => {
  expect(await unlisted(host, [listed])).toEqual([
    {
      message: `lists ${right} under hosts only as ${listed}, but registrations of the sync call it: writes of the sync are refused`,
      todo: expect.stringContaining(`Write ${right} in the place of ${listed} in hosts of the ConfigMap postern-sync.`),
    },
  ]);
});

it.each([
  ["gate.example.com", "gate.example.org"],
  ["[2001:db8::1]", "2001:db8::2"],
])("%s is not listed by %s", async (host, listed) => {
  const name = host.replace(/[[\]]/g, "");
  expect(await unlisted(host, [listed])).toMatchObject([
    { message: expect.stringMatching(new RegExp(`^does not list ${name} under hosts`)) },
  ]);
});

it.each<[wanted: string | undefined, places: readonly string[] | undefined, line: string | undefined]>([
  ["https://gate.example.com:9443", ["gate.example.com"], "gate.example.com:9443"],
  ["https://gate.example.com/base", ["gate.example.com", "gate.example.com:*"], "gate.example.com/base"],
  ["https://[::1]:9443", ["gate.example.com", "::1"], "[::1]:9443"],
  ["https://new.example.com", ["gate.example.com"], "new.example.com"],
  ["https://gate.example.com:9443", ["gate.example.com", "gate.example.com:9443"], undefined],
  ["https://gate.example.com:9443", ["gate.example.com:*"], undefined],
  // The registrations are there already.
  ["https://gate.example.com", ["gate.example.com:8443"], undefined],
  [undefined, ["gate.example.com:8443"], undefined],
  ["https://gate.example.com:9443", undefined, undefined],
])("the url %s of the config, next to the lines %j, lacks the line %s", async (wantedUrl, places, line) => {
  const all = await registrations(ca.root);
  const view = await viewOf(ca, { registrations: all, places, wantedUrl });
  const found = checkUrl(view).filter(({ code }) => code === "unlisted-host");
  expect(found.map(({ todo }) => todo)).toEqual(
    line === undefined
      ? []
      : [`Add the line ${line} to hosts in the ConfigMap postern-sync. Keep the line of the present URL.`],
  );
});
