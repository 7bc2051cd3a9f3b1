import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";

/** An issuer's server on the loopback address. */
export interface IssuerServer extends AsyncDisposable {
  /** Calls the server for any https host. What else `fetch` does stays: redirects, streams, aborts. */
  readonly fetch: typeof fetch;
  /** `HOST/PATH` of each request so far. */
  readonly calls: readonly string[];
}

/** Starts a server. The host that a client calls is in the header `x-host`. */
export async function issuerServer(answer: RequestListener): Promise<IssuerServer> {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(`${hostOf(request)}${request.url}`);
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    calls,
    fetch: (input, init) => {
      const { protocol, host, pathname, search } = new URL(String(input));
      if (protocol !== "https:") throw new Error(`only https is called, not ${protocol}`);
      const headers = { ...Object.fromEntries(new Headers(init?.headers)), "x-host": host };
      return fetch(`http://127.0.0.1:${port}${pathname}${search}`, { ...init, headers });
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function hostOf({ headers }: IncomingMessage): string {
  return String(headers["x-host"]);
}
