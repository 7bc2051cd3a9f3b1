/**
 * Who a connection counts for: an IPv4 address, or the /64 of an IPv6 address, which is the smallest network that is given
 * to a single host (RFC 6177). Behind a load balancer all connections have the same peer.
 */
export function peerOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(":")) return mapped ?? address;
  const [before = "", after] = address.split("%", 1)[0]?.split("::") ?? [];
  const head = before === "" ? [] : before.split(":");
  const zeros = after === undefined ? 0 : 8 - head.length - (after === "" ? 0 : after.split(":").length);
  return [...head, ...Array<string>(Math.max(0, zeros)).fill("0"), ...(after ?? "").split(":")].slice(0, 4).join(":");
}
