import {
  groupFields,
  jumpHostShape,
  labFields,
  machineFields,
  proofFields,
  servicesShape,
} from "./configuration";
import { wantedKind } from "./rules/configuration";
import { any, boolean, fields, later, list, map, number, text, type Shape } from "./shape";

const { resourceGroupName, location, tags, existing, adminSources, peerSources, graphPorts } =
  labFields;
const { rdp, isolate, outbound, ipv4Space, ipv6Space, ipv4Subnet, ipv6Subnet } = labFields;
const { adminUsername, adminPassword, whenOff, answerTimeoutSeconds, reconcile } = labFields;

const missing = (wanted: string) => (path: string) => wantedKind(path, undefined, wanted);

/** The arguments of a `PeerLab`: what the program's configuration is, too. */
export const peerLabShape: Shape = fields(labFields);

/** The arguments of a `PeerNetwork`. */
export const peerNetworkShape: Shape = fields(
  {
    ...{ resourceGroupName, location, tags, existing, adminSources, peerSources, graphPorts },
    ...{ rdp, isolate, outbound, ipv4Space, ipv6Space, ipv4Subnet, ipv6Subnet },
    jumpHostAddress: text,
    servicePorts: list(number),
    // Comes from another network's or an earlier update's outputs.
    rulesBefore: any,
  },
  { resourceGroupName: missing("a text") },
);

/** The arguments of a `WindowsPeer`. */
export const windowsPeerShape: Shape = fields(
  {
    ...machineFields,
    ...{ resourceGroupName, location, tags, adminUsername, adminPassword },
    ...{ whenOff, answerTimeoutSeconds },
    subnetId: later(text),
    networkSecurityGroupId: later(text),
    networking: any,
    seed: later(
      fields(
        { role: later(text), server: later(text) },
        { role: missing("a text"), server: missing("a text") },
      ),
    ),
    jumpHost: later(jumpHostShape),
    proveCapability: boolean,
    after: later(text),
  },
  {
    resourceGroupName: missing("a text"),
    subnetId: missing("a text"),
    networking: missing("given"),
  },
);

/** A machine that somebody fills in by hand (`PeerMachine`); one of a `WindowsPeer` is known only later. */
const peerMachineShape: Shape = fields(
  {
    connection: later(
      fields(
        {
          ...{ host: later(text), port: later(number), user: later(text), password: later(text) },
          hostKey: later(text),
          jumpHost: later(jumpHostShape),
        },
        { host: missing("a text"), user: missing("a text"), password: missing("a text") },
      ),
    ),
    instanceId: later(text),
    privateIpv4: later(text),
    privateIpv6: later(text),
    networking: any,
    virtualMachineId: later(text),
    power: later(text),
    waitsFor: later(text),
    proveCapability: later(boolean),
    passwordVersion: later(text),
  },
  { connection: missing("a map"), instanceId: missing("a text") },
);

/** The arguments of a `SharedPeerIdentity`. */
export const sharedPeerIdentityShape: Shape = fields({
  machines: map(later(peerMachineShape)),
  maker: text,
  person: text,
  rotation: text,
  exportedIdentity: later(text),
  exportPassword: later(text),
  exclusive: boolean,
  services: servicesShape,
  after: list(later(text)),
  copyGuestFiles: boolean,
  ...{ whenOff, answerTimeoutSeconds, reconcile },
});

/** The arguments of a `PeerPresence`. */
export const peerPresenceShape: Shape = fields({
  machines: map(later(peerMachineShape)),
  services: servicesShape,
  peerName: later(text),
  groups: list(
    fields(
      { group: later(text), identity: later(text), machines: list(text) },
      { group: missing("a text"), identity: missing("a text") },
    ),
  ),
  after: list(later(text)),
  copyGuestFiles: boolean,
  ...{ whenOff, answerTimeoutSeconds, reconcile },
});

/** The arguments of a `PeerProof`. */
export const peerProofShape: Shape = fields({
  machines: map(
    fields(
      {
        machine: later(peerMachineShape),
        ports: list(number),
        names: later(list(text)),
        groups: later(list(text)),
        step: later(text),
      },
      { machine: missing("a map"), ports: missing("a list"), step: missing("a text") },
    ),
  ),
  securityGroupIds: list(later(text)),
  network: later(text),
  verdictAfter: later(text),
  ...proofFields,
  ...{ whenOff, answerTimeoutSeconds },
});

/** The arguments of a `PersonalPeerGroup`. */
export const personalPeerGroupShape: Shape = fields({
  machines: map(later(peerMachineShape)),
  person: text,
  rotation: text,
  ...groupFields,
  exclusive: boolean,
  services: servicesShape,
  after: list(later(text)),
  copyGuestFiles: boolean,
  ...{ whenOff, answerTimeoutSeconds, reconcile },
});
