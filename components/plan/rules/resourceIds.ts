import { received } from "../findings";
import { rule } from "./rule";

const source = "Azure: LinkedInvalidPropertyId, for what is no ARM id of its kind";
const ofNetwork = "/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\\.Network";
const subnet = new RegExp(`^${ofNetwork}/virtualNetworks/[^/]+/subnets/[^/]+$`, "i");
const securityGroup = new RegExp(`^${ofNetwork}/networkSecurityGroups/[^/]+$`, "i");

/** The ARM id of a subnet. */
export const subnetId = rule({ id: "SUBNET-ID", source }, (_path, id: string) =>
  subnet.test(id)
    ? []
    : [
        `is ${received(id)}; it is the ARM id of a subnet, /subscriptions/.../providers/Microsoft.Network/virtualNetworks/<network>/subnets/<subnet>`,
      ],
);

/** The ARM id of a network security group. */
export const securityGroupId = rule({ id: "SECURITY-GROUP-ID", source }, (_path, id: string) =>
  securityGroup.test(id)
    ? []
    : [
        `is ${received(id)}; it is the ARM id of a network security group, /subscriptions/.../providers/Microsoft.Network/networkSecurityGroups/<group>`,
      ],
);
