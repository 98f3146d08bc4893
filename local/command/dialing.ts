import * as net from "node:net";
import type { Duplex } from "node:stream";
import {
  Client,
  utils,
  type AuthenticationType,
  type ConnectConfig,
  type ServerHostKeyAlgorithm,
} from "ssh2";
import type { Connection, Endpoint } from "./connection";

export interface DialOptions {
  /** A connection inside the process to an address that is not loopback; undefined where nobody has it. */
  connect: (host: string, port: number) => Duplex | undefined;
  /** Waits between two attempts; rejects when the provider is told to stop. */
  wait: (milliseconds: number) => Promise<void>;
  /** Every connection that is open, so that what serves can end them all. */
  connections: Set<Dialed>;
}

export interface Dialed {
  client: Client;
  /** Ends the connection, and the one to the jump host below it. */
  close(): void;
}

const loopback = new Set(["localhost", "127.0.0.1", "::1"]);
const retry = { firstMilliseconds: 100, factor: 1.5, longestMilliseconds: 5000 };

/**
 * Logs on to the host, through the proxy where there is one. Failed logons are tried again like refused dials, each stage
 * with its own count, and rejects with the provider's words when that is used up.
 */
export async function dial(connection: Connection, options: DialOptions): Promise<Dialed> {
  const { proxy } = connection;
  // What can only be wrong in the inputs fails before anything is dialled.
  clientConfiguration(connection);
  if (!proxy) {
    const client = await withRetry(connection.dialErrorLimit, options, async () =>
      logOn(await openTcp(connection, options), connection),
    );
    return opened(options, client);
  }
  const proxyClient = await withRetry(proxy.dialErrorLimit, options, async () =>
    logOn(await openTcp(proxy, options), proxy),
  ).catch(throughProxy);
  try {
    const channel = await withRetry(connection.dialErrorLimit, options, () =>
      forward(proxyClient, connection),
    );
    // The provider keeps this one channel for all its logons: after the first failure there is nothing left to try on.
    const client = await withRetry(connection.dialErrorLimit, options, () =>
      channel.destroyed || channel.writableEnded
        ? Promise.reject(new Error("ssh: handshake failed: EOF"))
        : logOn(channel, connection),
    );
    return opened(options, client, proxyClient);
  } catch (error) {
    proxyClient.end();
    return throughProxy(error);
  }
}

function opened({ connections }: DialOptions, client: Client, proxyClient?: Client): Dialed {
  const dialed: Dialed = {
    client,
    close() {
      connections.delete(dialed);
      client.end();
      proxyClient?.end();
    },
  };
  connections.add(dialed);
  return dialed;
}

function throughProxy(error: unknown): never {
  throw new Error(`proxy: ${(error as Error).message}`);
}

async function withRetry<T>(
  limit: number,
  { wait }: DialOptions,
  attempt: () => Promise<T>,
): Promise<T> {
  let milliseconds = retry.firstMilliseconds;
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (limit > -1 && tries >= limit) {
        throw new Error(`after ${tries} failed attempts: ${(error as Error).message}`);
      }
    }
    await wait(milliseconds);
    milliseconds = Math.min(milliseconds * retry.factor, retry.longestMilliseconds);
  }
}

/** For one attempt: the handler of the methods counts down. Throws for a key that cannot be read. */
function clientConfiguration(endpoint: Endpoint): ConnectConfig {
  const { user, password, privateKey, privateKeyPassword, hostKey } = endpoint;
  const configuration: ConnectConfig = { username: user, readyTimeout: 0 };
  const methods: AuthenticationType[] = [];
  if (privateKey !== undefined) {
    const parsed = utils.parseKey(privateKey, privateKeyPassword);
    if (parsed instanceof Error) throw new Error("ssh: no key found");
    Object.assign(configuration, { privateKey, passphrase: privateKeyPassword });
    methods.push("publickey");
  }
  if (password !== undefined) {
    Object.assign(configuration, { password, tryKeyboard: true });
    methods.push("password", "keyboard-interactive");
  }
  configuration.authHandler = (offered, _partial, next) => {
    // Asked first without a method, which tells what the server offers; the key goes before the password.
    if (offered === null) return next("none");
    const method = methods.find((candidate) => offered.includes(candidate));
    methods.splice(0, method ? methods.indexOf(method) + 1 : methods.length);
    next((method ?? false) as AuthenticationType);
  };
  if (hostKey !== undefined) {
    const expected = parseHostKey(hostKey);
    configuration.algorithms = { serverHostKey: [expected.type as ServerHostKeyAlgorithm] };
    configuration.hostVerifier = (key: Buffer) => key.equals(expected.data);
  }
  return configuration;
}

function parseHostKey(text: string): { type: string; data: Buffer } {
  const parsed = utils.parseKey(text.trim());
  if (parsed instanceof Error) throw new Error("failed to parse host key: ssh: no key found");
  return { type: parsed.type, data: parsed.getPublicSSH() };
}

function openTcp(endpoint: Endpoint, options: DialOptions): Promise<Duplex> {
  const { host, port, perDialTimeout } = endpoint;
  const name = net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
  if (!loopback.has(host)) {
    const connection = options.connect(host, port);
    return connection
      ? settled(connection, name, perDialTimeout, "data")
      : Promise.reject(new Error(`dial tcp ${name}: connect: no route to host`));
  }
  return settled(net.connect({ host, port }), name, perDialTimeout, "connect");
}

/** Waits until the connection is open; inside the process that shows in the server's greeting. */
function settled(
  connection: Duplex,
  name: string,
  perDialTimeout: number,
  sign: "connect" | "data",
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      finish();
      connection.destroy();
      reject(new Error(`dial tcp ${name}: ${reason}`));
    };
    const failed = (error: NodeJS.ErrnoException) =>
      fail(reasons[error.code ?? ""] ?? error.message);
    const closed = () => fail("connect: connection reset by peer");
    const opened = (greeting?: Buffer) => {
      finish();
      if (sign === "data") {
        connection.pause();
        connection.unshift(greeting);
      }
      connection.on("error", () => {});
      resolve(connection);
    };
    const timer =
      perDialTimeout > 0 ? setTimeout(() => fail("i/o timeout"), perDialTimeout * 1000) : undefined;
    const finish = () => {
      clearTimeout(timer);
      connection.off("error", failed).off("close", closed).off(sign, opened);
      connection.on("error", () => {});
    };
    connection.once("error", failed).once("close", closed).once(sign, opened);
  });
}

const reasons: { [code: string]: string } = {
  ECONNREFUSED: "connect: connection refused",
  ETIMEDOUT: "connect: connection timed out",
  ENETUNREACH: "connect: network is unreachable",
};

function forward(proxy: Client, { host, port }: Endpoint): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const closed = () => reject(new Error("EOF"));
    proxy.once("close", closed);
    proxy.forwardOut("0.0.0.0", 0, host, port, (error, channel) => {
      proxy.off("close", closed);
      if (!error) return resolve(channel);
      reject(new Error("ssh: rejected: connect failed ()"));
    });
  });
}

function logOn(socket: Duplex, endpoint: Endpoint): Promise<Client> {
  const client = new Client();
  return new Promise((resolve, reject) => {
    const fail = (error: Error & { level?: string }) => {
      socket.destroy();
      reject(new Error(`ssh: handshake failed: ${handshakeReason(error)}`));
    };
    const closed = () => fail(new Error("EOF"));
    client.once("error", fail).once("close", closed);
    client.on("keyboard-interactive", (_name, _instructions, _language, prompts, answer) =>
      answer(prompts.map(() => endpoint.password ?? "")),
    );
    client.once("ready", () => {
      client.off("error", fail).off("close", closed);
      // What breaks later shows in the session that is open then.
      client.on("error", () => {});
      resolve(client);
    });
    client.connect({ ...clientConfiguration(endpoint), sock: socket });
  });
}

function handshakeReason(error: Error & { level?: string }): string {
  if (error.level === "client-authentication") {
    return "ssh: unable to authenticate, attempted methods [none password], no supported methods remain";
  }
  return /host denied|verif/i.test(error.message) ? "ssh: host key mismatch" : error.message;
}
