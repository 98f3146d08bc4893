import {
  answerTimeout,
  availabilityZone,
  evictionPolicy,
  hostKeyForm,
  imageOnce,
  imagePreset,
  imageReferenceId,
  imageReferenceNames,
  imageReferenceParts,
  jumpHostGiven,
  jumpHostNamed,
  licenseType,
  machineSize,
  openSshMsi,
  osDiskSize,
  osDiskType,
  outboundByOwnAddress,
  outboundMode,
  outboundOfAll,
  patchMode,
  publicIpv6OfPeer,
  reachable,
  seedRole,
  seedServer,
  shutdownEmail,
  shutdownNotice,
  shutdownRecipient,
  shutdownTime,
  spotPrice,
  sshPortNumber,
  timeZone,
  whenOff,
} from "../../../../components/plan/rules";
import { trial, type RuleTrial } from "./ruleTrial";

const group = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute";
const key = "AAAAC3NzaC1lZDI1NTE5AAAAIMockedKeyOfAMachineThatDoesNotExist00000000000";

/** Machines, their images, their schedules and the way to them. */
export const machineTrials: RuleTrial[] = [
  trial(
    machineSize,
    [
      { values: ["D2s_v5"], words: /"D2s_v5".*such as Standard_D2s_v5/ },
      { values: ["Standard D2s"], words: /an Azure VM size/ },
    ],
    [["Standard_D2s_v5"], ["standard_b2ms"]],
  ),
  trial(availabilityZone, [{ values: ["4"], words: /"4"; allowed are 1, 2 or 3/ }], [["3"]]),
  trial(
    osDiskSize,
    [
      { values: [126], words: /needs 127/ },
      { values: [4096], words: /4095 GiB/ },
      { values: [127.5], words: /127\.5/ },
    ],
    [[127], [4095]],
  ),
  trial(
    osDiskType,
    [{ values: ["UltraSSD_LRS"], words: /"UltraSSD_LRS"; allowed are Standard_LRS/ }],
    [["Premium_ZRS"]],
  ),
  trial(
    spotPrice,
    [
      { values: [0], words: /is 0; it is a price/ },
      { values: [-2], words: /or -1/ },
      { values: [Infinity], words: /price/ },
    ],
    [[-1], [0.01]],
  ),
  trial(evictionPolicy, [{ values: ["Stop"], words: /Deallocate or Delete/ }], [["Delete"]]),
  trial(
    patchMode,
    [{ values: ["ImageDefault"], words: /Manual, AutomaticByOS or AutomaticByPlatform/ }],
    [["Manual"]],
  ),
  trial(
    licenseType,
    [{ values: ["RHEL_BYOS"], words: /Windows_Client, Windows_Server or None/ }],
    [["Windows_Client"], ["None"]],
  ),
  trial(
    timeZone,
    [
      { values: ["Europe/Berlin"], words: /not Europe\/Berlin/ },
      { values: ["Nowhere Standard Time"], words: /a Windows time zone/ },
      {
        values: ["W. Europe Time"],
        words: /did you mean "W\. Europe Standard Time"|a Windows time zone/,
      },
    ],
    [["W. Europe Standard Time"], ["utc"], ["UTC+13"]],
  ),
  trial(
    outboundMode,
    [{ values: ["bridge"], words: /instance, natGateway, existing or none/ }],
    [["none"]],
  ),
  trial(
    outboundByOwnAddress,
    [{ values: ["instance", false], words: /no public IPv4 address/ }],
    [
      ["instance", true],
      ["natGateway", false],
      [undefined, false],
    ],
  ),
  trial(
    outboundOfAll,
    [
      { values: ["instance", ["a1"]], words: /a1 has no public IPv4/ },
      { values: ["instance", ["a1", "a2"]], words: /a1, a2 have no public IPv4/ },
    ],
    [
      ["instance", []],
      ["natGateway", ["a1"]],
    ],
  ),
  trial(
    reachable,
    [{ values: [false, false], words: /nothing could reach/ }],
    [
      [false, true],
      [undefined, false],
    ],
  ),
  trial(
    publicIpv6OfPeer,
    [{ values: [true], words: /PNRP publishes the private one/ }],
    [[false], [undefined]],
  ),
  trial(
    openSshMsi,
    [
      { values: ["http://example.org/a.msi"], words: /https address/ },
      { values: ["https://example.org/a.zip"], words: /OpenSSH MSI/ },
    ],
    [["https://example.org/a.msi"]],
  ),
  trial(whenOff, [{ values: ["wait"], words: /fail, start or skip/ }], [["skip"]]),
  trial(
    answerTimeout,
    [
      { values: [0], words: /1 to 7200/ },
      { values: [7201], words: /1 to 7200/ },
      { values: [1.5], words: /whole number/ },
    ],
    [[1], [7200]],
  ),
  trial(seedRole, [{ values: [""], words: /seed or peer/ }], [["seed"]]),
  trial(
    seedServer,
    [{ values: ["a.example, b.example"], words: /one DNS name or one IPv6/ }],
    [["seed.example"], ["fd00::4"]],
  ),
  trial(jumpHostNamed, [{ values: [""], words: /is empty/ }], [["jump"]]),
  trial(jumpHostGiven, [{ values: [undefined], words: /is missing/ }], [["jump"]]),
  trial(sshPortNumber, [{ values: [65536], words: /1 to 65535/ }], [[65535]]),
  trial(
    hostKeyForm,
    [
      { values: [`jump.example ssh-ed25519 ${key}`], words: /without the host's name/ },
      { values: ["SHA256:abc"], words: /such as ssh-ed25519/ },
      { values: [""], words: /public host key/ },
    ],
    [[`ssh-ed25519 ${key}`], [`ecdsa-sha2-nistp256 ${key} comment`], [`ssh-rsa ${key}==\n`]],
  ),
  trial(
    imageOnce,
    [{ values: ["windows-11", true], words: /together with imageReference/ }],
    [
      ["windows-11", false],
      [undefined, true],
    ],
  ),
  trial(
    imagePreset,
    [{ values: ["windows-12", ["windows-11"]], words: /allowed are windows-11/ }],
    [["windows-11", ["windows-11"]]],
  ),
  trial(
    imageReferenceParts,
    [
      { values: [{ publisher: "p", offer: "o", sku: "s" }], words: /lacks version/ },
      { values: [{ id: group, sku: "s" }], words: /has id and sku/ },
      { values: [{}], words: /lacks publisher, offer, sku, version/ },
    ],
    [[{ publisher: "p", offer: "o", sku: "s", version: "latest" }], [{ id: group }]],
  ),
  trial(
    imageReferenceId,
    [
      { values: ["my-image"], words: /the ARM id of an image/ },
      { values: [`${group}/disks/d`], words: /the ARM id of an image/ },
      { values: [`${group}/galleries/g/images/i/versions`], words: /the ARM id/ },
    ],
    [
      [`${group}/images/i`],
      [`${group.toLowerCase()}/galleries/g/images/i`],
      [`${group}/galleries/g/images/i/versions/1.0.0`],
    ],
  ),
  trial(
    imageReferenceNames,
    [
      { values: [""], words: /begin with a letter or digit/ },
      { values: ["windows 11"], words: /"windows 11"/ },
    ],
    [["win11-24h2-ent"], ["22631.4602.241205"]],
  ),
  trial(
    shutdownTime,
    [
      { values: [undefined], words: /is missing; write "1900"/ },
      { values: ["19:00"], words: /write "1900"/ },
      { values: ["2400"], words: /"2400"/ },
    ],
    [["2359"], ["0000"]],
  ),
  trial(
    shutdownNotice,
    [
      { values: [14], words: /15 to 120/ },
      { values: [121], words: /15 to 120/ },
    ],
    [[15], [120]],
  ),
  trial(
    shutdownRecipient,
    [{ values: [undefined, 30], words: /is missing/ }],
    [
      ["ada@example.org", 30],
      [undefined, undefined],
    ],
  ),
  trial(
    shutdownEmail,
    [
      { values: [""], words: /such as ada@example\.org/ },
      { values: ["ada"], words: /"ada"/ },
      { values: ["ada@example.org, grace@example.org"], words: /semicolons/ },
      { values: ["ada@example."], words: /such as/ },
    ],
    [["ada@example.org"], ["ada@example.org; grace@example.co.uk"]],
  ),
];
