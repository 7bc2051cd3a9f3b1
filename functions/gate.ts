import { defineGate } from "../src/gate/config/defineGate.ts";
import { denyLabels } from "../src/policies/labels/denyLabels.ts";
import { ConversionError, conversion } from "../src/policy/define/conversion.ts";

/** A sample custom resource. v1 has `host` and `port`; v1beta1 has both in one field `address`. */
const gateways = conversion({
  group: "example.com",
  kind: "Gateway",
  versions: ["v1beta1", "v1"],
  hub: "v1",
  convert: {
    v1beta1: {
      toHub: (gateway) => {
        const { address, ...rest } = { ...Object(gateway.spec) };
        const match = /^(.+):(\d+)$/.exec(String(address));
        if (match === null) throw new ConversionError("spec.address is not HOST:PORT");
        return { ...gateway, spec: { ...rest, host: match[1], port: Number(match[2]) } };
      },
      fromHub: (gateway) => {
        const { host, port, ...rest } = { ...Object(gateway.spec) };
        if (host === undefined || port === undefined) throw new ConversionError("spec.host and spec.port are required");
        return { ...gateway, spec: { ...rest, address: `${host}:${port}` } };
      },
    },
  },
});

/** The gate of this repository. */
export default defineGate({
  policies: [denyLabels()],
  conversions: [gateways],
  clusters: { local: { identity: "none" } },
});
