import type { AuthContext } from "ssh2";
import { utils } from "ssh2";
import { passwordLogon, publicKeyLogon, sshLogon, type Logon, type Machine } from "../windows";

/** sshd's `MaxAuthTries`. */
const maximumFailures = 6;

/** The methods that Windows' SSH server has. */
const methods: ("password" | "publickey")[] = ["publickey", "password"];

export interface Authentication {
  /** Answers one attempt; the connection has to be closed where it says `exceeded`. */
  attempt(context: AuthContext): Promise<"accepted" | "refused" | "exceeded">;
  readonly logon: Logon | undefined;
}

/** The authentication of one connection to a machine. */
export function beginAuthentication(machine: Machine): Authentication {
  let failures = 0;
  let attempts = 0;
  let logon: Logon | undefined;

  const decide = async (context: AuthContext): Promise<Logon | string | "query"> => {
    if (context.method === "password") {
      return passwordLogon(machine, context.username, context.password);
    }
    if (context.method !== "publickey") return "no such method";
    const key = `${keyType(context.key.data)} ${context.key.data.toString("base64")}`;
    const candidate = publicKeyLogon(machine, context.username, key);
    if (!candidate) return "key not authorized";
    if (!context.signature || !context.blob) return "query";
    const parsed = utils.parseKey(key);
    if (parsed instanceof Error) return "unreadable key";
    return parsed.verify(context.blob, context.signature, context.hashAlgo) === true
      ? candidate
      : "wrong signature";
  };

  return {
    get logon() {
      return logon;
    },
    async attempt(context) {
      attempts += 1;
      const decision = await decide(context);
      const write = (outcome: string) => {
        const { username: user, method } = context;
        sshLogon(machine.record, { user, method, accepted: outcome === "ok" }, machine.now());
        machine.environment.journal.write({
          kind: "ssh",
          subject: machine.record.computerName,
          what: `logon of ${context.username} by ${context.method}`,
          outcome,
        });
      };
      if (decision === "query") {
        context.accept();
        return "refused";
      }
      if (typeof decision !== "string") {
        logon = decision;
        write("ok");
        context.accept();
        return "accepted";
      }
      // sshd does not count the first question for the methods there are.
      if (context.method !== "none" || attempts > 1) failures += 1;
      if (context.method !== "none") write(decision);
      if (failures >= maximumFailures) return "exceeded";
      context.reject(methods);
      return "refused";
    },
  };
}

/** The type inside the key itself; the algorithm of the attempt may name a signature scheme instead. */
function keyType(data: Buffer): string {
  return data.subarray(4, 4 + data.readUInt32BE(0)).toString("ascii");
}
