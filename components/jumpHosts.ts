import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import type { JumpHost, PeerConnection } from "./peerMachine";
import { dial, forward, HostKeyError, LogonRefusedError, openJumpHost } from "./sshSession";

/** The jump host does not let the program in, or is another one than it was: nobody behind it is reached in this update. */
export class JumpHostError extends Error {}

export interface JumpHosts {
  /**
   * Opens a connection to a machine's port: through the one session to its jump host, or directly where it has none. Rejects with
   * {@link JumpHostError}, or with any other error where nothing answers.
   */
  reach(connection: PeerConnection, timeoutMilliseconds: number): Promise<Duplex>;
  /** Resolves once the machine's jump host has let the program in, at once where it has none. Rejects as `reach` does. */
  letsIn(connection: PeerConnection, timeoutMilliseconds: number): Promise<void>;
}

/** Connections through one session at a time. OpenSSH has no limit for them (`MaxSessions` is about shells); each is a socket there. */
const maximumChannels = 50;

/** After this long without a connection through it a session is closed; the next one opens another. */
const idleMilliseconds = 20_000;

/**
 * Sessions to jump hosts, one for each, opened when the first machine behind it is asked for. A jump host that refuses the program
 * is not tried again; one that does not answer, or whose session broke, is. Neither a session nor its end keeps the process alive.
 */
export function openJumpHosts(): JumpHosts {
  const sessions = new Map<string, Promise<Session>>();

  const sessionTo = (jumpHost: JumpHost, timeoutMilliseconds: number): Promise<Session> => {
    const { host, port, user, password, privateKey, hostKey } = jumpHost;
    const key = JSON.stringify([host, port, user, password, privateKey, hostKey]);
    const known = sessions.get(key);
    if (known) return known;
    const forget = () => sessions.delete(key);
    const opened = openSession(jumpHost, timeoutMilliseconds, forget);
    sessions.set(key, opened);
    opened.catch((error) => {
      if (!(error instanceof JumpHostError)) forget();
    });
    return opened;
  };

  return {
    async reach(connection, timeoutMilliseconds) {
      const { jumpHost } = connection;
      if (!jumpHost) return dial(connection, timeoutMilliseconds);
      const session = await sessionTo(jumpHost, timeoutMilliseconds);
      return session.channel(connection, timeoutMilliseconds);
    },
    async letsIn({ jumpHost }, timeoutMilliseconds) {
      if (jumpHost) await sessionTo(jumpHost, timeoutMilliseconds);
    },
  };
}

interface Session {
  channel(connection: PeerConnection, timeoutMilliseconds: number): Promise<Duplex>;
}

async function openSession(
  jumpHost: JumpHost,
  timeoutMilliseconds: number,
  ended: () => void,
): Promise<Session> {
  let client: Client;
  try {
    client = await openJumpHost(jumpHost, timeoutMilliseconds, (socket) => socket.unref());
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof LogonRefusedError) {
      throw new JumpHostError(`${message}; set jumpHost to what it takes. It was tried once only`);
    }
    if (error instanceof HostKeyError) {
      throw new JumpHostError(
        `${message}; it is another host, or its SSH server was installed anew`,
      );
    }
    throw error;
  }
  client.once("close", ended);

  const waiting: (() => void)[] = [];
  let open = 0;
  let idle: NodeJS.Timeout | undefined;
  const restIfIdle = () => {
    clearTimeout(idle);
    if (open > 0) return;
    idle = setTimeout(() => {
      ended();
      client.end();
    }, idleMilliseconds).unref();
  };
  const leave = () => {
    const next = waiting.shift();
    if (next) return next();
    open -= 1;
    restIfIdle();
  };
  restIfIdle();
  return {
    async channel(connection, timeout) {
      clearTimeout(idle);
      if (open < maximumChannels) open += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        const channel = await forward(client, connection, timeout);
        channel.once("close", leave);
        return channel;
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}
