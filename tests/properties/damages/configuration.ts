/** One mistake in the program's configuration that no argument of a component could hold. */
export interface ConfigurationDamage {
  name: string;
  /** Instead of what the configuration says, by key without the project. */
  values: Readonly<Record<string, string>>;
  path: string;
  /** What must stand in no finding. */
  secret?: string;
}

const wrongKind = (
  key: string,
  text: string,
  path = key,
  secret?: string,
): ConfigurationDamage => ({
  name: `${key} is ${text}`,
  values: { [key]: text },
  path,
  secret,
});

const ofMachine = (args: object, path: string): ConfigurationDamage =>
  wrongKind(
    "people",
    JSON.stringify({ ada: { machines: { "pc-1": args } } }),
    `people.ada.machines["pc-1"].${path}`,
  );

const ofPerson = (args: object, path: string, secret?: string): ConfigurationDamage =>
  wrongKind("people", JSON.stringify({ ada: args }), `people.ada.${path}`, secret);

export const configurationDamages: readonly ConfigurationDamage[] = [
  wrongKind("peeple", "{}"),
  wrongKind("__proto__", "{}"),
  wrongKind("AdminSources", '["203.0.113.7"]'),
  wrongKind("people", "ada"),
  wrongKind("people", '{"ada":', "people"),
  wrongKind("people", '["ada"]'),
  wrongKind("people", '{"ada":"pc-1","grace":{}}', "people.ada"),
  wrongKind("adminSources", "203.0.113.7"),
  wrongKind("adminSources", "[203]", "adminSources[0]"),
  wrongKind("peerSources", '{"a":"10.0.0.0/16"}'),
  wrongKind("tags", '{"purpose":1}', "tags.purpose"),
  wrongKind("tags", '["lab"]'),
  wrongKind("rdp", "yes"),
  wrongKind("isolate", "0"),
  wrongKind("answerTimeoutSeconds", "ten"),
  wrongKind("answerTimeoutSeconds", "true"),
  wrongKind("graphPorts", "5000"),
  wrongKind("graphPorts", '[{"port":"5000"}]', "graphPorts[0].port"),
  wrongKind("graphPorts", '[{"port":5000,"protokol":"TCP"}]', "graphPorts[0].protokol"),
  wrongKind("proof", '{"token":1}', "proof.token"),
  wrongKind("proof", '{"sample":"6"}', "proof.sample"),
  wrongKind("reconcile", '{"token":1}', "reconcile.token"),
  wrongKind("reconcile", '{"token":"1","machines":"ada-1"}', "reconcile.machines"),
  wrongKind("existing", '{"firstPriority":"100"}', "existing.firstPriority"),
  wrongKind("existing", '{"subnet":"peers"}', "existing.subnet"),
  wrongKind("jumpHost", '{"host":"jump.example.org"}', "jumpHost.user"),
  wrongKind("jumpHost", '{"user":"jump"}', "jumpHost.host"),
  wrongKind("jumpHost", '{"host":"a","user":"b","port":"22"}', "jumpHost.port"),
  wrongKind(
    "jumpHost",
    '{"host":"a","user":"b","password":4711815}',
    "jumpHost.password",
    "4711815",
  ),
  wrongKind("jumpHost", "the whole secret key", "jumpHost", "the whole secret key"),
  wrongKind("machineDefaults", '{"image":11}', "machineDefaults.image"),
  wrongKind("machineDefaults", '{"osDisk":128}', "machineDefaults.osDisk"),
  wrongKind("machineDefaults", '{"adminPassword":"x"}', "machineDefaults.adminPassword"),
  ofMachine({ zone: 1 }, "zone"),
  ofMachine({ publicIpv4: "no" }, "publicIpv4"),
  ofMachine({ imag: "windows-11" }, "imag"),
  ofMachine({ spot: true }, "spot"),
  ofMachine({ autoShutdown: { time: 1900 } }, "autoShutdown.time"),
  ofPerson({ rotation: 2 }, "rotation"),
  ofPerson({ machines: ["pc-1"] }, "machines"),
  ofPerson({ exportPassword: 4711815, exportedIdentity: "RVg=" }, "exportPassword", "4711815"),
  ofPerson(
    { exportedIdentity: { text: "of a secret" }, exportPassword: "x" },
    "exportedIdentity",
    "of a secret",
  ),
];
