import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { InitializationFailure } from "../provider/client";
import { readAzureState } from "../../../local/azure";
import type { Properties } from "../../../local/provider";
import type { Lab, Stage } from "./stage";
import {
  machineInputs,
  makeLab,
  makeMachine,
  networkInputs,
  nicInputs,
  openStage,
  publicAddressInputs,
  resourceGroupName,
  tokens,
} from "./stage";

type Failure = Error & { initialization?: InitializationFailure };

describe("local/azure, the life of resources", () => {
  let stage: Stage;
  let lab: Lab;
  beforeEach(async () => {
    stage = await openStage();
    lab = await makeLab(stage);
  });
  afterEach(() => stage.close());

  const names = (type: string) =>
    stage.server
      .resources()
      .filter((resource) => resource.type.endsWith(`/${type}`))
      .map(({ name }) => name);
  const command = (extra: Properties = {}) => ({
    resourceGroupName,
    vmName: "ada",
    source: { script: "1" },
    ...extra,
  });
  const instanceView = async () => {
    const { result } = await stage.client.invoke(
      "azure-native:compute:getVirtualMachineRunCommandByVirtualMachine",
      { resourceGroupName, vmName: "ada", runCommandName: "run", expand: "instanceView" },
    );
    return result.instanceView as Properties;
  };

  it("keeps what is in use from being deleted, in Azure's words", async () => {
    const address = await stage.create(tokens.publicAddress, "p", publicAddressInputs("p"));
    const group = await stage.create(tokens.securityGroup, "g", { resourceGroupName });
    const { nic, machine } = await makeMachine(stage, lab, "ada", {
      nic: {
        networkSecurityGroup: { id: group.id },
        ipConfigurations: [
          { name: "a", subnet: { id: lab.subnet.id }, publicIPAddress: { id: address.id } },
        ],
      },
    });
    await assert.rejects(stage.remove(lab.subnet), /Status=400 Code="InUseSubnetCannotBeDeleted"/);
    await assert.rejects(stage.remove(lab.network), /Code="InUseSubnetCannotBeDeleted"/);
    await assert.rejects(stage.remove(nic), /Status=400 Code="NicInUse"/);
    await assert.rejects(stage.remove(address), /Code="PublicIPAddressCannotBeDeleted"/);
    await assert.rejects(stage.remove(group), /cannot be deleted because it is in use by/);
    for (const made of [machine, nic, group, address, lab.subnet, lab.network, lab.group]) {
      await stage.remove(made);
    }
    assert.deepEqual(stage.server.resources(), []);
  });

  it("takes everything in it along with a resource group, unless somebody outside uses it", async () => {
    await makeMachine(stage, lab, "ada");
    await stage.create(tokens.group, "other", { resourceGroupName: "other", location: "eastus" });
    const outside = await stage.create(tokens.nic, "out", {
      ...nicInputs("out", lab.subnet.id),
      resourceGroupName: "other",
    });
    await assert.rejects(stage.remove(lab.group), /Status=409 Code="ResourceGroupDeletionBlocked"/);
    await stage.remove(outside);
    await stage.remove(lab.group);
    assert.deepEqual(
      stage.server.resources().map(({ name }) => name),
      ["other"],
    );
    assert.equal(stage.windows.deleted.length, 1);
  });

  it("gives a machine a disk of its own, which outlives it unless it is to be deleted", async () => {
    const detach = {
      storageProfile: {
        imageReference: { publisher: "p", offer: "o", sku: "s", version: "latest" },
        osDisk: { createOption: "FromImage" },
        dataDisks: [{ lun: 0, createOption: "Empty", diskSizeGB: 8, deleteOption: "Delete" }],
      },
    };
    const ada = await makeMachine(stage, lab, "ada");
    const bob = await makeMachine(stage, lab, "bob", { machine: detach });
    assert.equal(names("disks").length, 3);
    const profile = bob.machine.outputs.storageProfile as { osDisk: Properties };
    assert.match(String(profile.osDisk.name), /^bob_OsDisk_1_[0-9a-f]{32}$/);
    await stage.remove(ada.machine);
    await stage.remove(bob.machine);
    assert.deepEqual(names("disks"), [profile.osDisk.name]);
    assert.deepEqual(names("networkInterfaces").sort(), ["ada-nic", "bob-nic"]);
  });

  it("gives a re-created machine the same id and a new vmId", async () => {
    const { machine } = await makeMachine(stage, lab, "ada");
    await stage.remove(machine);
    const again = await stage.create(tokens.machine, "ada", machine.inputs);
    assert.equal(again.id, machine.id);
    assert.notEqual(again.outputs.vmId, machine.outputs.vmId);
    assert.deepEqual(stage.windows.deleted, [machine.outputs.vmId]);
    assert.deepEqual(
      stage.windows.created.map(({ vmId }) => vmId),
      [machine.outputs.vmId, again.outputs.vmId],
    );
  });

  it("keeps a machine whose installation failed, and refuses to make it again", async () => {
    stage.windows.install = async () => {
      throw new Error("no boot device");
    };
    const nic = await stage.create(tokens.nic, "nic", nicInputs("nic", lab.subnet.id));
    const made = stage.create(tokens.machine, "ada", machineInputs("ada", nic.id));
    await assert.rejects(made, (error: Failure) => {
      assert.match(error.message, /Code="OSProvisioningTimedOut".*no boot device/);
      assert.match(error.initialization?.id ?? "", /virtualMachines\/ada$/);
      assert.equal(error.initialization?.outputs.provisioningState, "Failed");
      return true;
    });
    await assert.rejects(
      stage.create(tokens.machine, "ada", machineInputs("ada", nic.id)),
      /cannot create already existing resource '\/subscriptions\/.*\/virtualMachines\/ada'/,
    );
  });

  it("finishes a create whose caller is gone", async () => {
    let installing = () => {};
    let finish = () => {};
    const started = new Promise<void>((resolve) => (installing = resolve));
    stage.windows.install = () => {
      installing();
      return new Promise((resolve) => (finish = resolve));
    };
    const nic = await stage.create(tokens.nic, "nic", nicInputs("nic", lab.subnet.id));
    const created = new Promise<void>((resolve) => {
      stage.journal.listen(({ kind, what }) => {
        if (kind === "machine" && what === "created") resolve();
      });
    });
    const lost = assert.rejects(stage.create(tokens.machine, "ada", machineInputs("ada", nic.id)));
    await started;
    stage.client.abandon();
    await lost;
    finish();
    await created;
    assert.deepEqual(names("virtualMachines"), ["ada"]);
  });

  it("clears away a machine that was half made when the stand-in itself ended", async () => {
    const { machine } = await makeMachine(stage, lab, "ada");
    const folder = path.join(stage.directory, "resources");
    // What a killed stand-in leaves on disk.
    for (const file of fs.readdirSync(folder)) {
      const text = fs.readFileSync(path.join(folder, file), "utf8");
      if (!text.includes(`"vmId"`)) continue;
      const state = text.replace(
        `"provisioningState":"Succeeded"`,
        `"provisioningState":"Creating"`,
      );
      fs.writeFileSync(path.join(folder, file), state);
    }
    await stage.restart();
    assert.deepEqual(stage.windows.deleted, [machine.outputs.vmId]);
    assert.deepEqual([...names("virtualMachines"), ...names("disks")], []);
    await stage.create(tokens.machine, "ada", machine.inputs);
  });

  it("keeps addresses over a restart and gives freed ones away again", async () => {
    const first = await stage.create(tokens.nic, "a", nicInputs("a", lab.subnet.id));
    await stage.create(tokens.nic, "b", nicInputs("b", lab.subnet.id));
    await stage.restart();
    const address = ({ outputs }: { outputs: Properties }) =>
      (outputs.ipConfigurations as Properties[]).map(({ privateIPAddress }) => privateIPAddress);
    const third = await stage.create(tokens.nic, "c", nicInputs("c", lab.subnet.id));
    assert.deepEqual(address(third), ["10.1.0.6", "fd12:3456::6"]);
    await stage.remove(first);
    const fourth = await stage.create(tokens.nic, "d", nicInputs("d", lab.subnet.id));
    assert.deepEqual(address(fourth), address(first));
    const changed = await stage.update(fourth, { ...fourth.inputs, tags: { a: "b" } });
    assert.deepEqual(address(changed), address(fourth), "an update keeps the addresses");
  });

  it("deletes the subnets that a network's list leaves out, and keeps them where there is no list", async () => {
    const subnets = ["10.1.1.0/24", "10.1.2.0/24"].map((addressPrefix, index) => ({
      name: `s${index}`,
      addressPrefix,
    }));
    const kept = await stage.update(lab.network, networkInputs({ tags: { a: "b" } }));
    assert.deepEqual(names("subnets"), ["peers"]);
    assert.equal(kept.outputs.subnets, undefined, "subnets of their own are not the network's");
    const own = { name: "peers", addressPrefixes: ["10.1.0.0/24", "fd12:3456::/64"] };
    const both = await stage.update(lab.network, networkInputs({ subnets: [own, ...subnets] }));
    assert.deepEqual(names("subnets").sort(), ["peers", "s0", "s1"]);
    await stage.create(tokens.nic, "n", {
      ...nicInputs("n", ""),
      ipConfigurations: [{ name: "a", subnet: { id: `${lab.network.id}/subnets/s1` } }],
    });
    await stage.update(both, networkInputs({ subnets: [own, subnets[1]] }));
    assert.deepEqual(names("subnets").sort(), ["peers", "s1"]);
    await assert.rejects(
      stage.update(both, networkInputs({ subnets: [own] })),
      /Code="InUseSubnetCannotBeDeleted"/,
    );
  });

  it("runs a script at creation and whenever its definition changes, and not for tags", async () => {
    await makeMachine(stage, lab, "ada");
    const run = await stage.create(tokens.runCommand, "run", command());
    const tagged = await stage.update(run, { ...run.inputs, tags: { a: "b" } });
    assert.equal(stage.windows.commands.length, 1);
    const parameters = [{ name: "Settings", value: "1" }];
    const changed = await stage.update(tagged, { ...tagged.inputs, parameters });
    await stage.update(changed, {
      ...changed.inputs,
      protectedParameters: [{ name: "Secret", value: "2" }],
    });
    assert.deepEqual(
      stage.windows.commands.map((request) => [
        request.parameters.length,
        request.protectedParameters.length,
      ]),
      [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
    );
    assert.equal(stage.windows.commands[0].timeoutInSeconds, 5400);
  });

  it("shows the last 4 KB of a script's output, and only when asked for the instance view", async () => {
    await makeMachine(stage, lab, "ada");
    stage.windows.answer = async () => ({ output: `lost${"é".repeat(2047)}xx`, error: "e" });
    const run = await stage.create(tokens.runCommand, "run", command());
    assert.equal(run.outputs.instanceView, undefined);
    const view = await instanceView();
    assert.equal(view.output, `${"é".repeat(2047)}xx`);
    assert.equal(view.error, "e");
    assert.equal(view.executionState, "Succeeded");
    const { result } = await stage.client.invoke(
      "azure-native:compute:getVirtualMachineRunCommandByVirtualMachine",
      { resourceGroupName, vmName: "ada", runCommandName: "run" },
    );
    assert.equal(result.instanceView, undefined);
  });

  it("fails the deployment for a failed script only where that is asked for, and runs it again then", async () => {
    await makeMachine(stage, lab, "ada");
    stage.windows.answer = async () => ({ executionState: "Failed", exitCode: 3, error: "broken" });
    const lenient = await stage.create(tokens.runCommand, "run", command());
    assert.equal(lenient.outputs.provisioningState, "Succeeded");
    assert.equal((await instanceView()).exitCode, 3);
    await stage.remove(lenient);

    const strict = command({ treatFailureAsDeploymentFailure: true });
    const made = stage.create(tokens.runCommand, "run", strict);
    const failure = await made.then(
      () => assert.fail("the script failed"),
      (error: Failure) => error,
    );
    assert.match(failure.message, /Code="VMExtensionProvisioningError".*exit code 3.*broken/);
    const { id, inputs, outputs } = failure.initialization ?? assert.fail("nothing was kept");
    assert.equal(outputs.provisioningState, "Failed");
    assert.equal((await instanceView()).exitCode, 3, "its output can be read");

    stage.windows.answer = async () => ({});
    const repaired = await stage.client.update(tokens.runCommand, "run", id, inputs, inputs);
    assert.equal(repaired.outputs.provisioningState, "Succeeded");
    assert.equal(stage.windows.commands.length, 3);
  });

  it("does not wait for a script that runs asynchronously", async () => {
    await makeMachine(stage, lab, "ada");
    let finish = () => {};
    stage.windows.answer = () => new Promise((resolve) => (finish = () => resolve({})));
    const ended = new Promise<void>((resolve) => {
      stage.journal.listen(({ what }) => {
        if (what === "script ended") resolve();
      });
    });
    await stage.create(tokens.runCommand, "run", command({ asyncExecution: true }));
    assert.equal((await instanceView()).executionState, "Running");
    finish();
    await ended;
    assert.equal((await instanceView()).executionState, "Succeeded");
  });

  it("takes run commands along with their machine", async () => {
    const { machine } = await makeMachine(stage, lab, "ada");
    const run = await stage.create(tokens.runCommand, "run", command());
    await stage.remove(machine);
    const read = await stage.client.read(tokens.runCommand, "run", run.id, run.inputs, run.outputs);
    assert.equal(read.id, "");
    await assert.rejects(
      stage.create(tokens.runCommand, "run", command({ location: "eastus" })),
      /Status=404 Code="ParentResourceNotFound"/,
    );
  });

  it("makes anew in an update what has disappeared, as Azure does", async () => {
    await stage.remove(lab.subnet);
    const updated = await stage.update(lab.subnet, {
      ...lab.subnet.inputs,
      addressPrefixes: ["10.1.7.0/24"],
    });
    assert.deepEqual(updated.outputs.addressPrefixes, ["10.1.7.0/24"]);
  });

  it("wants the resource group and the parent to be there", async () => {
    await assert.rejects(
      stage.create(tokens.network, "n", networkInputs({ resourceGroupName: "no", location: "x" })),
      /Status=404 Code="ResourceGroupNotFound" Message="Resource group 'no' could not be found."/,
    );
  });

  it("plays faults: refuses before, fails after the effect, waits", async () => {
    const inputs = publicAddressInputs("p");
    stage.faults.add({
      kind: "failRequest",
      match: "PublicIPAddress",
      operation: "create",
      times: 1,
    });
    await assert.rejects(stage.create(tokens.publicAddress, "p", inputs), /Status=500/);
    assert.deepEqual(names("publicIPAddresses"), []);

    stage.faults.add({ kind: "failAfterEffect", match: "/p", times: 1 });
    await assert.rejects(stage.create(tokens.publicAddress, "p", inputs), (error: Failure) => {
      assert.ok(error.initialization?.outputs.ipAddress, "the engine keeps what was made");
      return true;
    });
    assert.deepEqual(names("publicIPAddresses"), ["p"]);

    stage.faults.add({ kind: "delay", milliseconds: 3_600_000, times: 1 });
    const waiting = stage.client.read(tokens.network, "net", lab.network.id);
    await stage.client.cancel();
    assert.equal((await waiting).id, lab.network.id, "an interruption ends the wait");
  });

  it("stops a machine behind the program's back: it is not reached, runs nothing, and says so", async () => {
    const { machine } = await makeMachine(stage, lab, "ada");
    const vmId = String(machine.outputs.vmId);
    await stage.server.setPower(vmId, "deallocated");
    assert.equal(stage.server.network.power(vmId), "deallocated");
    const ssh = { from: "10.255.0.4", to: "10.1.0.4", protocol: "TCP", port: 22 } as const;
    assert.match(stage.server.network.send(ssh).reason, /ada is not running/);
    await assert.rejects(
      stage.create(tokens.runCommand, "run", command()),
      /Status=409 Code="OperationNotAllowed" Message="Cannot modify extensions in the VM when the VM is not running\."/,
    );
    const { result } = await stage.client.invoke("azure-native:compute:getVirtualMachine", {
      resourceGroupName,
      vmName: "ada",
      expand: "instanceView",
    });
    assert.match(JSON.stringify(result.instanceView), /PowerState\/deallocated/);
    await stage.server.setPower(vmId, "running");
    assert.equal(stage.server.network.send(ssh).allowed, true);
    await stage.server.deleteResource(machine.id);
    assert.equal(stage.server.network.power(vmId), "gone");
  });

  it("can be looked at without a server", async () => {
    await makeMachine(stage, lab, "ada");
    const state = readAzureState(stage.directory);
    assert.deepEqual(state, stage.server.state());
    assert.deepEqual(
      state.machines.map(({ computerName, power, privateAddresses }) => [
        computerName,
        power,
        privateAddresses,
      ]),
      [["ada", "running", ["10.1.0.4", "fd12:3456::4"]]],
    );
    assert.ok(state.resources.every(({ location }) => location === "eastus"));
  });
});
