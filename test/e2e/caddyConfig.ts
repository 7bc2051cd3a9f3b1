import { join } from "node:path";
import type { PebbleCa } from "../acme/PebbleCa.ts";
import { patience } from "../run/speedFactor.ts";

/** Ports of loopback: where caddy serves, where it is configured, and where the gate behind it is. */
export interface CaddyPorts {
  readonly edge: number;
  readonly admin: number;
  readonly gate: number;
}

/** Whom the certificate is from. */
export interface CaddyTrust {
  readonly issuer: PebbleCa;
  /**
   * A certificate of `from` is to be renewed. It is due with less than the part `dueBefore` of its lifetime before it,
   * 0 to 1.
   */
  readonly renewal?: { readonly from: PebbleCa; readonly dueBefore: number };
}

/** Caddy's configuration (https://caddyserver.com/docs/json/), with what it keeps below `folder`. */
export function caddyConfig(folder: string, ports: CaddyPorts, { issuer, renewal }: CaddyTrust): object {
  // Caddy renews what it finds in its storage, and looks there for the issuers that are named, in this order.
  const issuers = [issuer, ...(renewal === undefined ? [] : [renewal.from])].map((ca) => ({
    module: "acme",
    ca: ca.directory,
    trusted_roots_pem_files: [ca.apiRootFile],
  }));
  const due = renewal === undefined ? {} : { renewal_window_ratio: renewal.dueBefore };
  return {
    admin: { listen: `127.0.0.1:${ports.admin}` },
    storage: { module: "file_system", root: join(folder, "storage") },
    apps: {
      // Its own CA is not used, and must not get into this machine's trust store.
      pki: { certificate_authorities: { local: { install_trust: false } } },
      http: {
        grace_period: `${patience(5_000)}ms`,
        servers: {
          edge: {
            listen: [`127.0.0.1:${ports.edge}`],
            protocols: ["h1", "h2"],
            automatic_https: { disable: true },
            tls_connection_policies: [{}],
            routes: [
              {
                handle: [
                  {
                    handler: "reverse_proxy",
                    upstreams: [{ dial: `127.0.0.1:${ports.gate}` }],
                    transport: { protocol: "http", keep_alive: { idle_timeout: "30s" } },
                  },
                ],
              },
            ],
          },
        },
      },
      tls: {
        certificates: { automate: ["127.0.0.1"] },
        automation: {
          policies: [{ subjects: ["127.0.0.1"], issuers, ...due }],
          // How often it looks what is due. Read once, when caddy starts.
          renew_interval: "300ms",
        },
      },
    },
  };
}
