import type { Agent } from "node:http";
import { type ClientHttp2Session, connect } from "node:http2";
import { type Answer, agentOver, type Call, callHttp1 } from "./callHttp1.ts";
import { callHttp2, NotProcessedError } from "./callHttp2.ts";
import type { Dialer, Offer } from "./Dialer.ts";
import type { KeptConnections } from "./KeptConnections.ts";

/** The number of h2 sessions for each TLS version, used in turn. */
const SESSIONS = 2;
/**
 * A call that the server did not process is retried as Go's client does (x/net/http2, Transport.RoundTripOpt): immediately,
 * and then after 1, 2, 4, 8 and 16 s.
 */
const RETRY_DELAYS_MS = [0, 1_000, 2_000, 4_000, 8_000, 16_000];

/** Posts reviews with each offer, on new or on kept connections. */
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
    for (const delayMs of RETRY_DELAYS_MS) {
      try {
        return await this.#once(offer, isNew, call);
      } catch (error) {
        if (!(error instanceof NotProcessedError)) throw error;
        this.sentAgain += 1;
        if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    }
    return this.#once(offer, isNew, call);
  }

  /** Closes the kept connections. */
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
    // Used in turn, so that no session is idle for long.
    const place = sessions.turn % SESSIONS;
    sessions.turn += 1;
    for (;;) {
      const known = sessions.open[place];
      const session = await known?.catch(() => undefined);
      if (session !== undefined && !session.closed && !session.destroyed) return session;
      // Another call may have opened a session in the meantime.
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
    // Its calls fail too, and report the error.
    session.on("error", () => {});
    return session;
  }
}
