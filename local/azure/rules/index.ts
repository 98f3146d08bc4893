/**
 * What Azure refuses although its types allow it, by area; every rule is found by the type it belongs to
 * (`resourceTypes`). Left out, because no package holds the data they need: sizes by region and zone, how many NICs a
 * size takes, accelerated networking and Trusted Launch by size and image, service tags, quotas of vCPUs and of public
 * addresses. Mixed SKUs on a NIC cannot come about, since Basic addresses are refused. Gateways of peerings are not
 * judged, since no gateway is served; a peering that only one side names is no error, and the network does not connect.
 */
export type { Grade, Rule } from "./rule";
export { judge } from "./rule";
