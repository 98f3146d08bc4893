import { at, type Finding } from "./findings";
import type { ServicesDefinition } from "./presence";
import { presenceMachines, servicePeerName } from "./rules/services";
import { checkServices } from "./services";

/** What is wanted of machines' presence, as far as it is known before anything exists. */
export interface PresenceArguments {
  machines: readonly string[];
  services?: ServicesDefinition;
  peerName?: string;
  groups?: readonly (
    { group?: string; identity?: string; machines?: readonly string[] } | undefined
  )[];
}

/** Everything that is wrong with what machines are to register and to stay connected to. */
export function checkPresence(
  path: string,
  { machines, services, peerName, groups = [] }: PresenceArguments,
): Finding[] {
  return [
    ...checkServices(at(path, "services"), services),
    ...checkPeerName(at(path, "peerName"), peerName),
    ...groups.flatMap((group, index) => {
      const here = at(at(path, "groups"), index);
      return [
        ...checkPeerName(at(here, "group"), group?.group),
        ...checkPeerName(at(here, "identity"), group?.identity),
        ...presenceMachines(at(here, "machines"), group?.machines ?? [], machines),
      ];
    }),
  ];
}

function checkPeerName(path: string, name: string | undefined): Finding[] {
  return name === undefined ? [] : servicePeerName(path, name);
}
