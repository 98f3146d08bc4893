import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { WindowsPeer, type WindowsPeerArgs } from "../../components";
import { counts, hostKey, mockEngine, settled, type Declared } from "./mocks";

const ofNetwork = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network";
const args: WindowsPeerArgs = {
  resourceGroupName: "group",
  subnetId: `${ofNetwork}/virtualNetworks/n/subnets/peers`,
  networking: { firewallRules: [] },
};
let declared: Declared[];

const inputsOf = (type: string, name?: string) =>
  declared.find(
    (resource) => resource.type.endsWith(type) && (name === undefined || resource.name === name),
  )?.inputs ?? assert.fail(`no ${type} ${name ?? ""}`);

const galleryImage =
  "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/ours/images/windows";

describe("components/windowsPeer", () => {
  beforeEach(async () => {
    declared = await mockEngine();
  });

  it("declares a machine with a public address of its own, and nothing more", async () => {
    const peer = new WindowsPeer("pc-1", args);
    await settled(peer.machine);
    assert.deepEqual(counts(declared), {
      "peerlab:index:WindowsPeer": 1,
      "pulumi:index:Stash": 7,
      "azure-native:network:PublicIPAddress": 1,
      "azure-native:network:NetworkInterface": 1,
      "azure-native:compute:VirtualMachine": 1,
      "azure-native:compute:VirtualMachineRunCommandByVirtualMachine": 1,
      "command:remote:CopyToRemote": 1,
      "command:remote:Command": 1,
    });
    assert.deepEqual(
      declared
        .filter(({ type }) => type.endsWith(":Stash"))
        .map(({ name }) => name)
        .sort(),
      [
        "pc-1-guest-files",
        "pc-1-host-key",
        "pc-1-lab-user",
        "pc-1-password",
        "pc-1-password-attempt",
        "pc-1-preparation",
        "pc-1-tried-password",
      ],
    );
    const machine = (await settled(peer.machine)) as {
      connection: Record<string, unknown>;
      instanceId: string;
    };
    assert.equal(machine.instanceId, "instance-of-pc-1-vm");
    assert.equal(machine.connection.host, "198.51.100.4");
    assert.equal(machine.connection.user, "labuser");
    assert.equal(machine.connection.hostKey, hostKey);
  });

  it("puts IPv4 first and IPv6 second on the interface, as Azure wants it", async () => {
    await settled(new WindowsPeer("pc-1", { ...args, publicIpv6: true }).machine);
    const { ipConfigurations } = inputsOf(":NetworkInterface");
    assert.deepEqual(
      ipConfigurations.map((configuration: Record<string, unknown>) => [
        configuration.primary,
        configuration.privateIPAddressVersion,
        configuration.publicIPAddress,
      ]),
      [
        [true, "IPv4", { id: "pc-1-ipv4-id" }],
        [false, "IPv6", { id: "pc-1-ipv6-id" }],
      ],
    );
  });

  it("goes through the jump host, without a public address", async () => {
    const jumpHost = {
      host: "192.0.2.1",
      user: "jump",
      password: "secret",
      hostKey: "ssh-ed25519 AAAA",
    };
    const peer = new WindowsPeer("pc-1", { ...args, jumpHost });
    await settled(peer.machine);
    assert.equal(counts(declared)["azure-native:network:PublicIPAddress"], undefined);
    const { connection } = inputsOf(":CopyToRemote");
    assert.equal(connection.host, "10.80.0.4");
    assert.equal(connection.proxy.host, "192.0.2.1");
    assert.equal(connection.proxy.hostKey, "ssh-ed25519 AAAA");
    // The machine is dialled once, since each dial is a logon; the jump host, which may turn some of many away, again.
    assert.equal(connection.dialErrorLimit, 0);
    assert.equal(connection.perDialTimeout, 600);
    assert.equal(connection.proxy.dialErrorLimit, 30);
  });

  it("asks Azure for the machine the defaults promise", async () => {
    await settled(new WindowsPeer("pc-1", args).machine);
    const vm = inputsOf(":VirtualMachine");
    assert.equal(vm.osProfile.computerName, "pc-1");
    assert.equal(vm.osProfile.adminUsername, "labuser");
    assert.equal(vm.storageProfile.imageReference.sku, "win11-24h2-ent");
    assert.equal(vm.storageProfile.imageReference.version, "latest");
    assert.equal(vm.storageProfile.osDisk.deleteOption, "Delete");
    assert.equal(vm.storageProfile.osDisk.name, undefined);
    assert.equal(vm.securityProfile.securityType, "TrustedLaunch");
    assert.equal(vm.licenseType, "Windows_Client");
    assert.deepEqual(vm.osProfile.windowsConfiguration.patchSettings, { patchMode: "Manual" });
    assert.equal(vm.osProfile.windowsConfiguration.enableAutomaticUpdates, false);
    assert.equal(vm.diagnosticsProfile.bootDiagnostics.enabled, true);
    assert.equal(vm.priority, undefined);
  });

  it("hands every argument of the machine on to Azure", async () => {
    await settled(
      new WindowsPeer("pc-1", {
        ...args,
        computerName: "OTHER",
        imageReference: { id: galleryImage },
        size: "Standard_E4s_v5",
        osDisk: { sizeGb: 256, type: "Premium_LRS" },
        zone: "2",
        spot: { maxPrice: 0.2, evictionPolicy: "Delete" },
        licenseType: "Windows_Server",
        trustedLaunch: true,
        encryptionAtHost: true,
        bootDiagnostics: false,
        timeZone: "W. Europe Standard Time",
        patchMode: "AutomaticByOS",
        adminUsername: "ada",
        adminPassword: "Correct-Horse-9",
        tags: { a: "b" },
        location: "northeurope",
        autoShutdown: { time: "1900", notifyEmail: "ada@example.org" },
        networkSecurityGroupId: `${ofNetwork}/networkSecurityGroups/group`,
      }).machine,
    );
    const vm = inputsOf(":VirtualMachine");
    assert.equal(vm.osProfile.computerName, "OTHER");
    assert.deepEqual(vm.storageProfile.imageReference, { id: galleryImage });
    assert.equal(vm.hardwareProfile.vmSize, "Standard_E4s_v5");
    assert.equal(vm.storageProfile.osDisk.diskSizeGB, 256);
    assert.equal(vm.storageProfile.osDisk.managedDisk.storageAccountType, "Premium_LRS");
    assert.deepEqual(vm.zones, ["2"]);
    assert.deepEqual(
      [vm.priority, vm.evictionPolicy, vm.billingProfile.maxPrice],
      ["Spot", "Delete", 0.2],
    );
    assert.equal(vm.licenseType, "Windows_Server");
    assert.equal(vm.securityProfile.encryptionAtHost, true);
    assert.equal(vm.diagnosticsProfile.bootDiagnostics.enabled, false);
    assert.equal(vm.osProfile.windowsConfiguration.timeZone, "W. Europe Standard Time");
    assert.equal(vm.osProfile.windowsConfiguration.enableAutomaticUpdates, true);
    assert.equal(vm.osProfile.adminUsername, "ada");
    const schedule = inputsOf(":GlobalSchedule");
    assert.equal(schedule.name, "shutdown-computevm-pc-1-vm");
    assert.deepEqual(schedule.dailyRecurrence, { time: "1900" });
    assert.equal(schedule.notificationSettings.emailRecipient, "ada@example.org");
    assert.deepEqual(inputsOf(":NetworkInterface").networkSecurityGroup, {
      id: `${ofNetwork}/networkSecurityGroups/group`,
    });
    for (const { type, inputs } of declared) {
      if (!type.startsWith("azure-native:")) continue;
      assert.deepEqual(inputs.tags, { a: "b" }, type);
      assert.equal(inputs.location, "northeurope", type);
    }
  });

  it("gives the run command no secret, and fails the deployment where the script fails", async () => {
    await settled(new WindowsPeer("pc-1", { ...args, adminPassword: "Correct-Horse-9" }).machine);
    const runCommand = inputsOf(":VirtualMachineRunCommandByVirtualMachine");
    assert.equal(runCommand.treatFailureAsDeploymentFailure, true);
    assert.equal(runCommand.asyncExecution, false);
    assert.deepEqual(
      runCommand.parameters.map((parameter: { name: string }) => parameter.name),
      ["Settings", "Attempt"],
    );
    const settings = JSON.parse(
      Buffer.from(runCommand.parameters[0].value, "base64").toString("utf8"),
    );
    assert.equal(settings.labUser, "labuser");
    assert.ok(!JSON.stringify([runCommand, settings]).includes("Correct-Horse-9"));
  });

  it("sends the password through standard input and connections only, and never deletes on a machine", async () => {
    await settled(new WindowsPeer("pc-1", { ...args, adminPassword: "Correct-Horse-9" }).machine);
    for (const { type, inputs } of declared.filter((resource) =>
      resource.type.startsWith("command:"),
    )) {
      const rest = { ...inputs, connection: undefined, stdin: undefined };
      assert.ok(!JSON.stringify(rest).includes("Correct-Horse-9"), type);
      assert.equal("delete" in inputs, false);
    }
  });

  it("refuses everything wrong at once, a password without showing it", () => {
    assert.throws(
      () =>
        new WindowsPeer("a-name-that-is-too-long", {
          ...args,
          image: "windows-12",
          publicIpv4: false,
          adminPassword: "weak",
          zone: "9",
        }),
      (error: Error) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(
          [...new Set(error.errors.map(({ propertyPath }) => propertyPath))],
          ["", "image", "zone", "adminPassword", "publicIpv4"],
        );
        assert.ok(!error.message.includes("weak"));
        return true;
      },
    );
  });
});
