import { overlap, parseRange } from "../../components/plan/addresses";
import { at, received, type Finding } from "../../components/plan/findings";
import {
  networkRange,
  noHostBits,
  notReservedIpv4,
  subnetRange,
} from "../../components/plan/rules/addressRanges";
import { rule } from "../../components/plan/rules/rule";
import { sources } from "../../components/plan/rules/sources";
import {
  subnetApart,
  subnetInNetwork,
  subnetIpv4Size,
  subnetIpv6Length,
} from "../../components/plan/rules/subnets";
import { elementsAt, isKnown, textAt, unknown, valueAt, type Plain } from "../properties";
import type { Resource } from "../resource";
import { ofEach, textsOfBoth } from "./known";
import { judgeName } from "./names";

export const hasIpv4Range = rule(
  { id: "VNET-NEEDS-IPV4", source: sources.virtualNetworks },
  (_path, ranges: readonly string[]) =>
    ranges.length > 0 && ranges.every((range) => parseRange(range)?.family === "IPv6")
      ? ["has no IPv4 range; IPv6 stands beside IPv4 in Azure, never alone"]
      : [],
);

/** Ranges of one virtual network do not overlap. */
export const rangesApart = rule(
  { id: "VNET-SELF-OVERLAP", source: sources.virtualNetworks },
  (_path, text: string, earlier: readonly string[]) => {
    const range = parseRange(text);
    return earlier
      .filter((other) => {
        const one = parseRange(other);
        return range !== undefined && one !== undefined && overlap(range, one);
      })
      .map((other) => `is ${received(text)}, which overlaps ${other} of the same network`);
  },
);

/** A virtual network with the subnets that are declared inside of it. */
export function judgeVirtualNetwork({ properties }: Resource): Finding[] {
  const path = "addressSpace.addressPrefixes";
  const ranges = textsOf(valueAt(properties, "addressSpace", "addressPrefixes"));
  const isWhole = isKnown(valueAt(properties, "addressSpace"));
  const subnets = elementsAt(properties, "subnets");
  return [
    ...ranges.flatMap(([index, range]) => [
      ...networkRange(at(path, index), range, familyOf(range)),
      ...noHostBits(at(path, index), range),
      ...notReservedIpv4(at(path, index), range),
      ...rangesApart(
        at(path, index),
        range,
        ranges.filter(([other]) => other < index).map(([, text]) => text),
      ),
    ]),
    ...(isWhole
      ? hasIpv4Range(
          path,
          ranges.map(([, range]) => range),
        )
      : []),
    ...subnets.flatMap(([index, subnet]) => {
      const here = at("subnets", index);
      return rangesOf(here, subnet).flatMap(({ path: rangePath, text }) => [
        ...judgeRange(rangePath, text),
        ...(isWhole && ranges.length > 0
          ? subnetInNetwork(
              rangePath,
              text,
              ranges.map(([, range]) => range),
            )
          : []),
        ...subnetApart(
          rangePath,
          text,
          subnets
            .filter(([other]) => other < index)
            .map(([, other]) => ({
              name: textAt(other, "name") ?? "",
              ranges: rangesOf("", other).map(({ text: range }) => range),
            })),
        ),
      ]);
    }),
    ...ofEach(properties, "", ["subnets"], (here, subnet) =>
      judgeName(here, subnet, "name", "subnet"),
    ),
  ];
}

/** A subnet that is a resource of its own. */
export function judgeSubnet({ properties }: Resource): Finding[] {
  return rangesOf("", properties).flatMap(({ path, text }) => judgeRange(path, text));
}

/** The ranges of a subnet that are known, with their paths. */
export function rangesOf(path: string, subnet: Plain): { path: string; text: string }[] {
  return textsOfBoth(subnet, path, "addressPrefix", "addressPrefixes");
}

/** The ranges of a virtual network, or nothing where not all are known. */
export function spaceOf({ properties }: Resource): string[] | undefined {
  const ranges = valueAt(properties, "addressSpace", "addressPrefixes");
  if (ranges === unknown || ranges === undefined || !isKnown(ranges)) return undefined;
  return textsOf(ranges).map(([, text]) => text);
}

function judgeRange(path: string, text: string): Finding[] {
  return [
    ...subnetRange(path, text, familyOf(text)),
    ...noHostBits(path, text),
    ...subnetIpv6Length(path, text),
    ...subnetIpv4Size(path, text),
  ];
}

function familyOf(text: string): "IPv4" | "IPv6" {
  return text.includes(":") ? "IPv6" : "IPv4";
}

function textsOf(list: Plain | undefined): [number, string][] {
  return elementsAt(list).flatMap(([index, text]): [number, string][] =>
    typeof text === "string" ? [[index, text]] : [],
  );
}
