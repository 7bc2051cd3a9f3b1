import { BlockList, isIPv6 } from "node:net";
import type { VerificationCode } from "../../trust/verify/Verification.ts";
import { timeLeft } from "../checks/timeLeft.ts";
import { connectionFault } from "../connectionFault.ts";
import type { PreflightFinding } from "./PreflightFinding.ts";
import type { PreflightView } from "./PreflightView.ts";
import { type ServedChain, servedChains } from "./servedChain.ts";

const LOCAL = new BlockList();
for (const [network, bits] of [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
  ["100.64.0.0", 10],
] as const)
  LOCAL.addSubnet(network, bits, "ipv4");
LOCAL.addAddress("::1", "ipv6");
LOCAL.addSubnet("fc00::", 7, "ipv6");
LOCAL.addSubnet("fe80::", 10, "ipv6");

/** Checks name, addresses, handshakes and certificates of a URL. */
export function checkConnection(view: PreflightView): PreflightFinding[] {
  const { url, observations, fault } = view;
  if (fault !== undefined)
    return [
      {
        code: "no-address",
        severity: "error",
        about: url,
        message: connectionFault(fault),
        todo: "Correct the name, or publish its DNS record. A name of a private zone resolves only in its network: run this command there.",
      },
    ];
  return [
    ...checkHandshakes(view),
    ...checkAddresses(view),
    ...(observations.some((it) => it.ok && !it.finished && it.wantsClientCertificate === true)
      ? [
          {
            code: "wants-client-certificate",
            severity: "warning",
            about: url,
            message: "the server ends the handshake of a client without a certificate",
            todo: "Use it only for self-managed API servers, which can present one (postern render --admission-config). Managed ones cannot: use the tier capability, and do not ask for a certificate.",
          } as const,
        ]
      : []),
    ...servedChains(view).flatMap((chain) => checkChain(view, chain)),
  ];
}

function checkHandshakes({ url, observations, addressesLeftOut }: PreflightView): PreflightFinding[] {
  const isAnswered = observations.some(({ ok }) => ok);
  const groups = [...Map.groupBy(observations, ({ address }) => address)];
  const silent = groups.flatMap(([address, all]) => {
    if (all.some(({ ok }) => ok)) return [];
    const reason = all.find((it) => !it.ok && it.code !== "not-offered") ?? all[0];
    const hasNoRoute = isAnswered && all.every((it) => !it.ok && it.family === 6 && it.code === "unreachable");
    if (reason === undefined || reason.ok || hasNoRoute) return [];
    const isOld = reason.code === "not-offered";
    return [
      {
        address,
        text: isOld ? "neither TLS 1.2 nor 1.3 with an RSA or ECDSA certificate" : connectionFault(reason.message),
      },
    ];
  });
  const more: PreflightFinding[] =
    addressesLeftOut === 0
      ? []
      : [
          {
            code: "silent-address",
            severity: "info",
            about: url,
            message: `it has ${addressesLeftOut} more addresses, which were not tried`,
            todo: "Run the command again if the answers of the URL change from call to call.",
          },
        ];
  if (isAnswered)
    return [
      ...silent.map(
        ({ address, text }): PreflightFinding => ({
          code: "silent-address",
          severity: "warning",
          about: address,
          message: `completes no handshake, while other addresses of the host do: ${text}`,
          todo: "Repair this address, or remove it from DNS: the API server may use it.",
        }),
      ),
      ...more,
    ];
  return [
    {
      code: "no-handshake",
      severity: "error",
      about: url,
      message: silent.map(({ address, text }) => `${address}: ${text}`).join("; "),
      todo: "Check that the gate is deployed, that it serves TLS on this port, and that firewalls between let this machine in. If only the network of the clusters may call it, run this command there.",
    },
  ];
}

function checkAddresses({ url, observations }: PreflightView): PreflightFinding[] {
  const addresses = [...new Set(observations.map(({ address }) => address))];
  const local = addresses.filter((address) => LOCAL.check(address, isIPv6(address) ? "ipv6" : "ipv4"));
  if (local.length === 0) return [];
  return [
    {
      code: "local-address",
      severity: "warning",
      about: url,
      message: `resolves to ${local.join(", ")}, which only this machine or its network reaches`,
      todo: "Check from the network of the API server: run this command there, or with --context. The control plane of a managed cluster may need a peering, a private endpoint or a public address.",
    },
  ];
}

/** Faults that no bundle mends. */
const TODO: Readonly<Partial<Record<VerificationCode, string>>> = {
  "wrong-host":
    "Serve a certificate with the host of the URL among its alternative names, or register the name that it has.",
  expired: "Renew the certificate, and find out why it was not renewed.",
  "not-yet-valid": "Correct the clock of this machine or of the issuer, or wait.",
};

function checkChain(view: PreflightView, chain: ServedChain): PreflightFinding[] {
  const { url, roots, now } = view;
  const { served, addresses, verification, rootless } = chain;
  const [leaf] = served;
  const about = `${url} (${addresses.join(", ")})`;
  const due = (verification.ok ? verification.path : served.slice(0, 1)).flatMap((certificate): PreflightFinding[] => {
    const left = timeLeft(certificate, now);
    if (left === undefined || (verification.ok === false && verification.code === "expired")) return [];
    return [
      {
        code: "renewal-due",
        severity: left.severity,
        about,
        message: `the ${certificate.isCa ? "CA" : "serving"} certificate ${certificate.subject.short || certificate.serial} ${left.text}`,
        todo: "Find out whether it is renewed in time: the validation of the domain at the provider, or your ACME client.",
      },
    ];
  });
  if (verification.ok) return due;
  const { code, message } = verification;
  if (code !== "unknown-authority")
    return [
      {
        code: "bad-certificate",
        severity: "error",
        about,
        message: `the API server would refuse the certificate: ${message} (${code})`,
        todo: TODO[code] ?? "Have the certificate issued again, by a CA whose certificates Go accepts.",
      },
      ...due,
    ];
  const isAlone = served.length === 1 && leaf !== undefined && !leaf.isCa && leaf.issuer.short !== leaf.subject.short;
  if (isAlone && roots === undefined)
    return [
      {
        code: "incomplete-chain",
        severity: "error",
        about,
        message: `the server sends its certificate alone, without that of its issuer ${leaf.issuer.short}`,
        todo: "Serve the whole chain: the certificate, then its intermediates. With a private CA that signs directly, give its root with --ca FILE.",
      },
      ...due,
    ];
  if (roots !== undefined)
    return [
      {
        code: "other-root",
        severity: "error",
        about,
        message: `the roots of --ca do not verify the chain: ${message}`,
        todo: "Give the root that the chain leads to, or find out who answers in the place of the gate.",
      },
      ...due,
    ];
  return [
    {
      code: "private-root",
      severity: rootless.ok ? "warning" : "error",
      about,
      message: `no public root signed the chain, which ends at ${served.at(-1)?.issuer.short ?? "no issuer"}`,
      todo: "Give the root to the registrations: postern render --ca FILE, or trust.roots of the sync's config. Try it before: run this command with --ca FILE.",
    },
    ...due,
  ];
}
