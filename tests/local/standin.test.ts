import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { startStandIn, type StandIn } from "../../local/standin";
import { findSession } from "../../local/session";
import { connectProvider, type ProviderClient } from "./provider/client";
import { machineInputs, networkInputs, nicInputs, resourceGroupName, tokens } from "./azure/stage";

describe("local/standin", function () {
  // Where the engine has to be built first.
  this.timeout(900_000);
  let directory: string;
  let standIn: StandIn;
  let client: ProviderClient;
  before(async () => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-standin-"));
    standIn = await startStandIn({ directory, commandProvider: "standIn" });
    const port = /azure-native:(\d+)/.exec(standIn.environment.PULUMI_DEBUG_PROVIDERS)?.[1];
    client = connectProvider(Number(port));
  });
  after(async () => {
    client.close();
    await standIn.close();
    fs.rmSync(directory, { recursive: true, force: true });
  });

  const create = async (token: string, name: string, given: Parameters<typeof client.check>[2]) => {
    const { inputs, failures } = await client.check(token, name, given);
    assert.deepEqual(failures, []);
    return client.create(token, name, inputs);
  };

  it("starts a machine that somebody switched off, through the address and the token it gives out; deletes one behind the program's back", async () => {
    await create(tokens.group, "lab", { resourceGroupName, location: "eastus" });
    const subnets = [{ name: "peers", addressPrefixes: ["10.1.0.0/24", "fd12:3456::/64"] }];
    const network = await create(tokens.network, "net", networkInputs({ subnets }));
    const nic = await create(tokens.nic, "nic", nicInputs("nic", `${network.id}/subnets/peers`));
    const { id, outputs } = await create(tokens.machine, "ada", machineInputs("ada", nic.id));
    const vmId = String(outputs.vmId);
    await standIn.azure.setPower(vmId, "deallocated");
    assert.equal(standIn.windows.find(vmId)?.isUp(), false);

    // The boot takes an hour, so that it is seen not to be over when Azure calls the machine running.
    standIn.faults.add({ kind: "slowBoot", match: "ada", milliseconds: 3_600_000, times: 1 });
    const running = new Promise<void>((resolve) => {
      standIn.journal.listen(({ what }) => {
        if (what === "running") resolve();
      });
    });
    const { result } = await client.invoke("azure-native:authorization:getClientToken", {});
    const session = await findSession(directory);
    assert.equal(standIn.environment.PEERLAB_RESOURCE_MANAGER, session?.resourceManager);
    const response = await fetch(`${session?.resourceManager}${id}/start?api-version=2024-11-01`, {
      method: "POST",
      headers: { Authorization: `Bearer ${String(result.token)}` },
    });
    assert.equal(response.status, 202);
    await running;
    assert.equal(standIn.network.power(vmId), "running");
    assert.equal(standIn.windows.find(vmId)?.isUp(), false, "Windows still boots");

    await standIn.azure.deleteResource(id);
    assert.equal(standIn.windows.find(vmId), undefined);
    const types = standIn.azure.resources().map(({ type }) => type);
    assert.ok(!types.includes("Microsoft.Compute/virtualMachines"), types.join());
  });
});
