import { normalizedLocation, propertiesOf } from "../arm/model";
import type { Rule } from "./rule";

/** Location of a public address, NIC, security group or NAT gateway never changes; azure-native plans an update. */
export const locationUnchangeable: Rule = {
  id: "LOCATION-UNCHANGEABLE",
  grade: "C",
  status: 409,
  code: "InvalidResourceLocation",
  check: (put) => {
    const before = put.existing && propertiesOf<{ location?: string }>(put.existing).location;
    const after = propertiesOf<{ location?: string }>(put).location;
    return put.existing && normalizedLocation(before) !== normalizedLocation(after)
      ? [
          `The resource '${put.name}' already exists in location '${before}' in resource group. A resource with the ` +
            `same name cannot be created in location '${after}'. Please select a new resource name.`,
        ]
      : [];
  },
};
