import { at, type Finding } from "./findings";
import { securityGroupId, subnetId } from "./rules/resourceIds";

/** What a machine's interface is attached to, as far as it is known before anything exists. */
export interface InterfaceDefinition {
  subnetId?: string;
  /** Empty for none. */
  networkSecurityGroupId?: string;
}

/** Everything that is wrong with it. */
export function checkInterface(path: string, definition: InterfaceDefinition): Finding[] {
  const { subnetId: subnet, networkSecurityGroupId: group } = definition;
  return [
    ...(subnet === undefined ? [] : subnetId(at(path, "subnetId"), subnet)),
    ...(group === undefined || group === ""
      ? []
      : securityGroupId(at(path, "networkSecurityGroupId"), group)),
  ];
}
