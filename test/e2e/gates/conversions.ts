import { ConversionError, conversion, defineGate } from "../../../src/index.ts";

/**
 * A gate that converts a custom resource with three versions: v1 has `host` and `port`, v1beta1 has one `address`, and
 * v1alpha1 has a list of addresses with one element.
 */
const gateways = conversion({
  group: "e2e.postern.dev",
  kind: "Gateway",
  versions: ["v1alpha1", "v1beta1", "v1"],
  hub: "v1",
  convert: {
    v1alpha1: {
      toHub: (gateway) => {
        const { addresses, ...rest } = { ...Object(gateway.spec) };
        if (!Array.isArray(addresses) || addresses.length !== 1)
          throw new ConversionError(`spec.addresses has ${addresses?.length} elements, not one`);
        return { ...gateway, spec: { ...rest, ...split(addresses[0]) } };
      },
      fromHub: (gateway) => {
        const { host, port, ...rest } = { ...Object(gateway.spec) };
        return { ...gateway, spec: { ...rest, addresses: [`${host}:${port}`] } };
      },
    },
    v1beta1: {
      toHub: (gateway) => {
        const { address, ...rest } = { ...Object(gateway.spec) };
        return { ...gateway, spec: { ...rest, ...split(address) } };
      },
      fromHub: (gateway) => {
        const { host, port, ...rest } = { ...Object(gateway.spec) };
        return { ...gateway, spec: { ...rest, address: `${host}:${port}` } };
      },
    },
  },
});

function split(address: unknown): { host: string; port: number } {
  const [, host, port] = /^(.+):(\d+)$/.exec(String(address)) ?? [];
  if (host === undefined || port === undefined) throw new ConversionError(`${String(address)} is not HOST:PORT`);
  return { host, port: Number(port) };
}

export default defineGate({
  name: "conversions",
  policies: [],
  conversions: [gateways],
  clusters: { e2e: { identity: "none" } },
});
