import {
  externalSeedAddress,
  externalSeedApart,
  externalSeedLetIn,
  externalSeedPublic,
  seedIsMachine,
  seedRecordCount,
  seedsGiven,
  seedsOnce,
} from "../../../../components/plan/rules";
import { trial, type RuleTrial } from "./ruleTrial";

/** The machines by which a lab finds the PNRP cloud, its own and others. */
export const seedTrials: RuleTrial[] = [
  trial(
    seedIsMachine,
    [
      { values: ["a3", ["a2", "a1"]], words: /"a3", which is no machine; allowed are a1, a2/ },
      { values: ["a3", []], words: /there is none/ },
    ],
    [["a1", ["a1"]]],
  ),
  trial(
    seedsOnce,
    [
      {
        values: [["a1", undefined, "a1"]],
        words: /is "a1", the same as here\[0\]; each seed once/,
        path: "[2]",
      },
    ],
    [[["a1", "a2"]], [[undefined, undefined]]],
  ),
  trial(
    seedsGiven,
    [{ values: [0, 2], words: /is empty.*2 machines would not find each other/ }],
    [
      [0, 1],
      [0, 0],
      [1, 2],
    ],
  ),
  trial(seedRecordCount, [{ values: [21], words: /are 21.*takes 20/ }], [[20]]),
  trial(
    externalSeedAddress,
    [
      { values: ["fd00:7::/64"], words: /"fd00:7::\/64"; it is the IPv6 address of one machine/ },
      { values: ["fd00:7::4/128"], words: /one machine/ },
      { values: ["10.0.0.4"], words: /IPv6/ },
      { values: ["seed.example"], words: /IPv6/ },
      { values: [""], words: /IPv6/ },
      { values: ["::"], words: /one machine/ },
      { values: ["::1"], words: /one machine/ },
      { values: ["fe80::4"], words: /one machine/ },
      { values: ["fe80::4%4"], words: /one machine/ },
      { values: ["ff02::1"], words: /one machine/ },
      { values: ["::ffff:10.0.0.4"], words: /one machine/ },
    ],
    [["fd00:7::4"], ["2001:db8::4"], ["FD00:7:0:0::0004"]],
  ),
  trial(
    externalSeedApart,
    [
      {
        values: ["fd00:7::4", ["10.80.0.0/16", "fd00:7::/48"]],
        words: /in the lab's own fd00:7::\/48; a seed of the lab is named by its key/,
      },
    ],
    [
      ["fd00:8::4", ["10.80.0.0/16", "fd00:7::/48"]],
      ["fd00:8::4", []],
    ],
  ),
  trial(
    externalSeedLetIn,
    [
      { values: ["fd00:7::4", []], words: /no range of peerSources.*add the range/ },
      { values: ["fd00:7::4", ["10.0.0.0/8", "fd00:8::/64", "no range"]], words: /no firewall/ },
    ],
    [
      ["fd00:7::4", ["10.0.0.0/8", "fd00:7::/64"]],
      ["fd00:7::4", ["fd00:7::4"]],
    ],
  ),
  trial(
    externalSeedPublic,
    [
      { values: ["2001:db8::4"], words: /a public address.*peered with this one/ },
      { values: ["fec0::4"], words: /a public address/ },
    ],
    [["fd00:7::4"], ["fc00::4"]],
  ),
];
