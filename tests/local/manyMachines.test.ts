import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  contractVersion,
  guestCommand,
  guestDirectory,
  guestFilesHash,
  guestFiles,
  type TestPeerReachabilityReport,
} from "../../guest/contract";
import { Archive, type Properties } from "../../local/provider";
import { startStandIn, type StandIn } from "../../local/standin";
import { sha256 } from "../../local/windows/machine";
import { memoryFolder } from "../memoryFolder";
import {
  machineInputs,
  networkInputs,
  nicInputs,
  password,
  publicAddressInputs,
  resourceGroupName,
  tokens,
} from "./azure/stage";
import { connectProvider, type ProviderClient } from "./provider/client";
import { openNetworking, preparation, settings } from "./windows/lab";

/** As many as the stand-in has to hold take some minutes; a test of every day has fewer. */
const count = Number(process.env.PEERLAB_MACHINES ?? 60);
/** As many as an engine begins at once by default on this computer: four for each core. */
const atOnce = 4 * os.availableParallelism();
const port = 5001;
const guestFolder = path.join(__dirname, "..", "..", "guest", "PeerLab");

interface Made {
  id: string;
  type: string;
  inputs: Properties;
  outputs: Properties;
}

describe(`local/standin with ${count} machines, asked as the engine asks`, function () {
  this.timeout(1_800_000);
  let directory: string;
  let standIn: StandIn;
  let azure: ProviderClient;
  let command: ProviderClient;
  /** In the order in which they were made. */
  let made: Made[];
  const names = Array.from({ length: count }, (_, index) => `pc-${index}`);

  const start = async () => {
    standIn = await startStandIn({
      directory,
      commandProvider: "standIn",
      // No engine runs here.
      engine: { version: "3.230.0", origin: "installed", path: "pulumi" },
      environment: { PATH: process.env.PATH },
    });
    const ports = standIn.environment.PULUMI_DEBUG_PROVIDERS;
    const portOf = (name: string) => Number(new RegExp(`${name}:(\\d+)`).exec(ports)?.[1]);
    azure = connectProvider(portOf("azure-native"));
    command = connectProvider(portOf("command"));
  };
  const stop = async () => {
    azure.close();
    command.close();
    await standIn.close();
  };
  before(async () => {
    directory = fs.mkdtempSync(path.join(memoryFolder(), "peerlab-many-"));
    made = [];
    await start();
  });
  after(async () => {
    await stop();
    fs.rmSync(directory, { recursive: true, force: true });
  });

  const create = async (
    provider: ProviderClient,
    type: string,
    name: string,
    given: Properties,
  ) => {
    const { inputs, failures } = await provider.check(type, name, given);
    assert.deepEqual(failures, []);
    const result = { type, inputs, ...(await provider.create(type, name, inputs)) };
    if (provider === azure) made.push(result);
    return result;
  };
  /** The work on each of them, so many at once; says in the test's report what it took. */
  const each = async <T>(what: string, all: readonly T[], work: (one: T) => Promise<unknown>) => {
    const before = { time: performance.now(), cpu: process.cpuUsage() };
    const rest = all.values();
    const hand = async () => {
      for (const one of rest) await work(one);
    };
    await Promise.all(Array.from({ length: atOnce }, hand));
    const { user, system } = process.cpuUsage(before.cpu);
    const seconds = ((performance.now() - before.time) / 1000).toFixed(1);
    const cpu = ((user + system) / 1e6).toFixed(1);
    const memory = Math.round(process.memoryUsage.rss() / 1e6);
    console.log(`      ${all.length} × ${what}: ${seconds} s, CPU ${cpu} s, memory ${memory} MB`);
  };

  const machineOf = (name: string) => standIn.windows.machine(name);
  const addressOf = (name: string) =>
    standIn.network.addressesOf(machineOf(name).record.vmId).ipv6[0]!;
  const connection = (name: string): Properties => {
    const { record } = machineOf(name);
    const [host] = standIn.network.addressesOf(record.vmId).publicAddresses;
    const hostKey = record.hostKey!.publicKey;
    return { host: host!, user: "labuser", password, hostKey };
  };
  const hash = guestFilesHash((name) => fs.readFileSync(path.join(guestFolder, name)), sha256);
  const act = async (name: string, action: Parameters<typeof guestCommand>[0], fields: object) => {
    const instance = machineOf(name).record.vmId;
    const request = { contract: contractVersion, instance, guestFiles: hash, ...fields };
    const { outputs } = await create(command, "command:remote:Command", name, {
      connection: connection(name),
      create: guestCommand(action),
      stdin: JSON.stringify(request),
      logging: "none",
    });
    return JSON.parse(String(outputs.stdout)) as object;
  };

  it("makes them, each with addresses of its own", async () => {
    await create(azure, tokens.group, "lab", { resourceGroupName, location: "eastus" });
    const rule = { access: "Allow", direction: "Inbound", priority: 100, protocol: "*" };
    const any = { sourceAddressPrefix: "*", destinationAddressPrefix: "*", sourcePortRange: "*" };
    const { id: group } = await create(azure, tokens.securityGroup, "open", {
      resourceGroupName,
      networkSecurityGroupName: "open",
      securityRules: [{ name: "all", ...rule, ...any, destinationPortRange: "*" }],
    });
    const prefixes = { addressPrefixes: ["10.1.0.0/20", "fd12:3456::/64"] };
    const subnets = [{ name: "peers", ...prefixes, networkSecurityGroup: { id: group } }];
    const network = await create(azure, tokens.network, "net", networkInputs({ subnets }));
    const subnet = `${network.id}/subnets/peers`;

    await each("public address, NIC and machine", names, async (name) => {
      const type = tokens.publicAddress;
      const { id } = await create(azure, type, `${name}-ip`, publicAddressInputs(`${name}-ip`));
      const inputs = nicInputs(`${name}-nic`, subnet);
      const [ipv4, ipv6] = inputs.ipConfigurations as Properties[];
      const ipConfigurations = [{ ...ipv4, publicIPAddress: { id } }, ipv6!];
      const nic = await create(azure, tokens.nic, `${name}-nic`, { ...inputs, ipConfigurations });
      await create(azure, tokens.machine, name, machineInputs(name, nic.id));
    });
    const addresses = names.flatMap((name) => {
      const { ipv4, ipv6, publicAddresses } = standIn.network.addressesOf(
        machineOf(name).record.vmId,
      );
      return [...ipv4, ...ipv6, ...publicAddresses];
    });
    assert.equal(new Set(addresses).size, 3 * count);

    const zone = { resourceGroupName, privateZoneName: "lab.internal" };
    await create(azure, tokens.zone, "zone", { ...zone, location: "global" });
    await create(azure, tokens.link, "link", {
      ...zone,
      virtualNetworkLinkName: "link",
      location: "global",
      registrationEnabled: false,
      virtualNetwork: { id: network.id },
    });
    await create(azure, tokens.record, "seed", {
      ...zone,
      recordType: "AAAA",
      relativeRecordSetName: "seed",
      ttl: 60,
      aaaaRecords: [{ ipv6Address: addressOf(names[0]!) }],
    });
  });

  it("prepares them, and has the guest files and the state that they are given", async () => {
    const firewallRules = [
      ...openNetworking.firewallRules.map((rule) => ({
        ...rule,
        remoteAddresses: rule.family === "IPv4" ? ["203.0.113.0/24"] : ["fd12:3456::/64"],
      })),
      {
        name: "PeerLab-service-ipv6",
        displayName: "PeerLab service (IPv6)",
        protocol: "TCP" as const,
        port,
        family: "IPv6" as const,
        remoteAddresses: ["fd12:3456::/64"],
        edgeTraversal: "Block" as const,
      },
    ];
    await each("preparation", names, async (name) => {
      const role = name === names[0] ? "seed" : "peer";
      const networking = { firewallRules, seed: { role, server: "seed.lab.internal" } as const };
      const { script, parameters } = preparation(settings({ labUser: "labuser", networking }));
      await create(azure, tokens.runCommand, `${name}-prepare`, {
        resourceGroupName,
        vmName: name,
        runCommandName: "prepare",
        source: { script },
        parameters: parameters.map(({ name, value }) => ({ name, value })),
        treatFailureAsDeploymentFailure: true,
      });
    });
    await each(`copy of ${guestFiles.length} files`, names, (name) =>
      create(command, "command:remote:CopyToRemote", name, {
        connection: connection(name),
        source: new Archive({ path: guestFolder, hash: "1" }),
        remotePath: path.posix.dirname(guestDirectory),
      }),
    );
    await each("Set-PeerMachine", names, (name) =>
      act(name, "Set-PeerMachine", {
        presence: { names: [{ service: "chat", peerName: `0.${name}`, port }], groups: [] },
        userPassword: password,
      }),
    );
    await each("Start-PeerListener", names, (name) =>
      act(name, "Start-PeerListener", { ports: [port], seconds: 3_600 }),
    );
  });

  /** Each asks for the one before it and for one at the other end. */
  const others = (index: number) =>
    [...new Set([index - 1, index + Math.floor(count / 2)])]
      .map((other) => names[(other + count) % count]!)
      .filter((name) => name !== names[index]);

  it("has each of them reach and resolve others, in one cloud", async () => {
    await each("Test-PeerReachability", [...names.keys()], async (index) => {
      const targets = others(index).map((name) => ({
        name,
        address: addressOf(name),
        ports: [port],
      }));
      const report = (await act(names[index]!, "Test-PeerReachability", {
        targets,
        names: targets.map(({ name, address }) => ({ peerName: `0.${name}`, holders: [address] })),
        settleSeconds: 0,
      })) as TestPeerReachabilityReport;
      assert.deepEqual(
        [...report.ports, ...report.names].map(({ verdict }) => verdict),
        [...targets.map(() => "reachable"), ...targets.map(() => "resolved")],
      );
    });
  });

  it("has them all again after it was ended and started", async () => {
    await stop();
    await start();
    assert.equal(standIn.windows.machines().length, count);
    await each("Get-PeerPresence", names, async (name) => {
      const { presence } = (await act(name, "Get-PeerPresence", {})) as {
        presence: { holder: string };
      };
      assert.equal(presence.holder, "running", name);
    });
  });

  it("deletes them, and then holds nothing", async () => {
    const machines = made.filter(({ type }) => type === tokens.machine);
    const rest = made.filter(
      (one) => one.type !== tokens.machine && one.type !== tokens.runCommand,
    );
    await each("deletion of a machine", machines, ({ type, id, inputs }) =>
      azure.delete(type, "machine", id, inputs),
    );
    assert.deepEqual(standIn.windows.machines(), []);
    assert.deepEqual(fs.readdirSync(path.join(directory, "windows", "files")), []);
    assert.deepEqual(fs.readdirSync(path.join(directory, "windows", "machines")), []);
    for (const { type, id, inputs } of rest.reverse()) await azure.delete(type, "rest", id, inputs);
    assert.deepEqual(standIn.azure.resources(), []);
  });
});
