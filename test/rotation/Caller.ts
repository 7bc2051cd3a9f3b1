import type { Agent } from "node:http";
import { type ClientHttp2Session, connect } from "node:http2";
import { type Answer, agentOver, type Call, callHttp1 } from "./callHttp1.ts";
import { callHttp2, NotProcessed } from "./callHttp2.ts";
import type { Dialer, Offer } from "./Dialer.ts";
import type { KeptConnections } from "./KeptConnections.ts";

/** Sessions that calls over h2 go to in turn, for each TLS version. */
const SESSIONS = 2;
/**
 * A call that the server did not process is sent again as Go's client does it (x/net/http2, Transport.RoundTripOpt): at
 * once, and then after 1, 2, 4, 8 and 16 s. In milliseconds.
 */
const WAITS = [0, 1_000, 2_000, 4_000, 8_000, 16_000];

/** Posts by what a client may offer, on connections of their own or on kept ones. */
export class Caller {
  sentAgain = 0;
  readonly #dialer: Dialer;
  readonly #kept: KeptConnections;
  readonly #agents = new Map<Offer, Agent>();
  readonly #sessions = new Map<Offer, { readonly open: Promise<ClientHttp2Session>[]; turn: number }>();

  constructor(dialer: Dialer, kept: KeptConnections) {
    this.#dialer = dialer;
    this.#kept = kept;
  }

  async call(offer: Offer, isNew: boolean, call: Call): Promise<Answer> {
    for (const wait of WAITS) {
      try {
        return await this.#once(offer, isNew, call);
      } catch (error) {
        if (!(error instanceof NotProcessed)) throw error;
        this.sentAgain += 1;
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
    return this.#once(offer, isNew, call);
  }

  /** Ends what is kept. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#kept.closeAll();
  }

  #once(offer: Offer, isNew: boolean, call: Call): Promise<Answer> {
    return offer.protocol === "http/1.1" ? this.#overHttp1(offer, isNew, call) : this.#overHttp2(offer, isNew, call);
  }

  async #overHttp1(offer: Offer, isNew: boolean, call: Call): Promise<Answer> {
    if (!isNew) return callHttp1(this.#keptAgent(offer), call);
    const agent = agentOver(async () => (await this.#dialer.dial(offer)).socket, false);
    return callHttp1(agent, call);
  }

  async #overHttp2(offer: Offer, isNew: boolean, call: Call): Promise<Answer> {
    if (!isNew) return callHttp2(await this.#keptSession(offer), call);
    const session = await this.#open(offer, false);
    try {
      return await callHttp2(session, call);
    } finally {
      session.close();
    }
  }

  #keptAgent(offer: Offer): Agent {
    const known = this.#agents.get(offer);
    if (known !== undefined) return known;
    const agent = agentOver(async () => {
      const { socket, index } = await this.#dialer.dial(offer);
      this.#kept.add(socket, index);
      return socket;
    }, true);
    this.#agents.set(offer, agent);
    return agent;
  }

  async #keptSession(offer: Offer): Promise<ClientHttp2Session> {
    const sessions = this.#sessions.get(offer) ?? { open: [], turn: 0 };
    this.#sessions.set(offer, sessions);
    // In turn, so that none is idle for long.
    const place = sessions.turn % SESSIONS;
    sessions.turn += 1;
    for (;;) {
      const known = sessions.open[place];
      const session = await known?.catch(() => undefined);
      if (session !== undefined && !session.closed && !session.destroyed) return session;
      // Another call may have opened one meanwhile.
      if (sessions.open[place] !== known) continue;
      const opened = this.#open(offer, true);
      sessions.open[place] = opened;
      return opened;
    }
  }

  async #open(offer: Offer, keep: boolean): Promise<ClientHttp2Session> {
    const { socket, index } = await this.#dialer.dial(offer);
    if (keep) this.#kept.add(socket, index);
    const session = connect("https://localhost", { createConnection: () => socket });
    // Its calls fail with it, and say so.
    session.on("error", () => {});
    return session;
  }
}
