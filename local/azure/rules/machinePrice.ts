import type { PutRequest } from "../arm/azure";
import type { VirtualMachineProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import type { Rule } from "./rule";

function machineOf(put: PutRequest): VirtualMachineProperties {
  return propertiesOf<VirtualMachineProperties>(put);
}

export const spotOnly: Rule = {
  id: "SPOT",
  grade: "C",
  code: "InvalidParameter",
  check: (put) => {
    const { priority, evictionPolicy, billingProfile } = machineOf(put);
    if (priority === "Spot" || priority === "Low") return [];
    return [
      ...(evictionPolicy
        ? ["Eviction policy can be set only on Azure Spot Virtual Machines."]
        : []),
      ...(billingProfile?.maxPrice !== undefined
        ? ["Max price in billing profile can be set only on Azure Spot Virtual Machines."]
        : []),
    ];
  },
};

export const spotPrice: Rule = {
  id: "SPOT-PRICE",
  grade: "A",
  code: "InvalidParameter",
  check: (put) => {
    const maxPrice = machineOf(put).billingProfile?.maxPrice;
    return maxPrice === undefined || maxPrice === -1 || maxPrice > 0
      ? []
      : [`Max price ${maxPrice} is invalid; it is greater than 0, or -1 for the price on demand.`];
  },
};

export const licenseType: Rule = {
  id: "VM-LICENSE",
  grade: "A",
  code: "InvalidParameter",
  check: (put) => {
    const { licenseType: license } = machineOf(put);
    return license === undefined || /^(Windows_Client|Windows_Server|None)$/i.test(license)
      ? []
      : [
          `The value '${license}' of parameter licenseType is invalid; for Windows it is Windows_Client, Windows_Server ` +
            "or None.",
        ];
  },
};

/** What decides what a virtual machine costs. */
export const machinePriceRules: Rule[] = [spotOnly, spotPrice, licenseType];
