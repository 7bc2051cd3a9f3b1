import { join } from "node:path";
import type { PebbleCa } from "../../acme/PebbleCa.ts";
import { patience } from "../../run/speedFactor.ts";

/** Ports on loopback: of caddy's server, of its admin API, and of the gate behind it. */
export interface CaddyPorts {
  readonly edge: number;
  readonly admin: number;
  readonly gate: number;
}

/** The CA of the certificate. */
export interface CaddyTrust {
  readonly issuer: PebbleCa;
  /**
   * Renews a certificate that `from` issued. It is due when less than the fraction `dueBefore` of its lifetime remains.
   * `dueBefore` is between 0 and 1.
   */
  readonly renewal?: { readonly from: PebbleCa; readonly dueBefore: number };
}

/** Returns the configuration of caddy (https://caddyserver.com/docs/json/). Caddy stores its state in `folder`. */
export function caddyConfig(folder: string, ports: CaddyPorts, { issuer, renewal }: CaddyTrust): object {
  // Caddy renews the certificates in its storage. It looks there for the listed issuers, in this order.
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
      // The tests do not use caddy's own CA. It must not enter the trust store of the machine.
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
          // Interval between checks for due certificates. Caddy reads it only at its start.
          renew_interval: "300ms",
        },
      },
    },
  };
}
