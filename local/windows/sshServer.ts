import type { Logon } from "./accounts";
import { localSystem } from "./accounts";
import type { Disk } from "./disk";
import { sshInBoxRule } from "./firewall";
import type { Machine } from "./machine";
import { sshService } from "./services";

export const sshFolder = "C:/ProgramData/ssh";
export const administratorsKeysFile = `${sshFolder}/administrators_authorized_keys`;

/** What an installer of OpenSSH leaves: the service, switched off, its folder and its own firewall rule. */
export function installSshServer(machine: Machine): void {
  const { record, disk } = machine;
  record.services.sshd = sshService();
  if (!record.firewallRules.some((rule) => rule.name === sshInBoxRule().name)) {
    record.firewallRules.push(sshInBoxRule());
  }
  if (!disk.find(sshFolder)) {
    disk.makeDirectory(sshFolder, localSystem);
    disk.secure(sshFolder, {
      owner: "SYSTEM",
      access: { SYSTEM: "full", Administrators: "full", Users: "readExecute" },
      inherits: false,
    });
  }
  machine.save();
}

/**
 * The public keys that may log the user on. Administrators have one common file, which counts only while nobody but SYSTEM
 * and the administrators is on its access list; their own `.ssh/authorized_keys` is ignored.
 * https://learn.microsoft.com/windows-server/administration/openssh/openssh-server-configuration
 */
export function authorizedKeys(
  disk: Disk,
  user: Pick<Logon, "userName" | "administrator">,
): string[] {
  const file = user.administrator
    ? administratorsKeysFile
    : `C:/Users/${user.userName}/.ssh/authorized_keys`;
  if (!disk.find(file)) return [];
  const others = Object.keys(disk.effectiveAccess(file)).filter(
    (name) => name !== "SYSTEM" && name !== "Administrators",
  );
  if (user.administrator && others.length > 0) return [];
  return disk
    .read(file, localSystem)
    .toString("utf8")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
