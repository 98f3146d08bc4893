/**
 * The commands that the guest scripts may use, and where each exists: a misspelt one, an alias and one that some Windows
 * lacks are found without a Windows. What is not on the list is looked up in Microsoft's documentation and put here.
 */

export const windowsVersions = ["2016", "2019", "2022", "2025", "10", "11"] as const;
export type WindowsVersion = (typeof windowsVersions)[number];

/** Windows PowerShell 5.1 and PowerShell 7. */
export const editions = ["5.1", "7"] as const;
export type Edition = (typeof editions)[number];

export interface KnownParameter {
  isSwitch: boolean;
  editions: readonly Edition[];
}

export interface KnownCommand {
  name: string;
  windows: readonly WindowsVersion[];
  editions: readonly Edition[];
  /** Keys in small letters. */
  parameters: Map<string, KnownParameter>;
  /** It belongs to a module that does not see the caller's `$ErrorActionPreference`. */
  ownPreference: boolean;
  /** It writes nothing to the pipeline unless `-PassThru` is given. */
  silent: boolean;
}

export const commonParameters = new Set(
  `ErrorAction ErrorVariable WarningAction WarningVariable InformationAction Verbose Debug OutVariable OutBuffer
  PipelineVariable`
    .toLowerCase()
    .split(/\s+/),
);

const allWindows = windowsVersions;
const serverWindows = ["2016", "2019", "2022", "2025"] as const;

/**
 * A line each: name, where it exists, remarks, parameters. `server`: server editions only, `5.1`: gone from PowerShell 7,
 * `7`: new in it; `silent`, `own` as in {@link KnownCommand}. A parameter with `*` is a switch, one with `@7` is of
 * PowerShell 7 alone.
 */
const table = `
Add-Type                    | silent     | Path IgnoreWarnings* ReferencedAssemblies Namespace Name PassThru* MemberDefinition TypeDefinition AssemblyName OutputAssembly OutputType Language
Add-WindowsCapability       | own        | Online* Name LimitAccess* Source
Clear-Content               | silent     | LiteralPath Path Force*
ConvertFrom-Json            |            | InputObject DateKind@7 AsHashtable*@7 Depth@7 NoEnumerate*@7
ConvertTo-Json              |            | InputObject Depth Compress* EscapeHandling@7 AsArray*@7
Copy-Item                   | silent     | LiteralPath Path Destination Force* Recurse* PassThru*
Disable-NetFirewallRule     | own silent | Name PolicyStore PassThru*
Enable-NetAdapterBinding    | own silent | Name ComponentID PassThru*
Enable-NetFirewallRule      | own silent | Name PolicyStore PassThru*
Export-ModuleMember         | silent     | Function Variable Cmdlet Alias
ForEach-Object              |            | Process Begin End InputObject MemberName Parallel@7
Get-Acl                     |            | LiteralPath Path InputObject
Get-AuthenticodeSignature   |            | FilePath LiteralPath
Get-ChildItem               |            | LiteralPath Path Filter Force* Recurse* File* Directory* Name*
Get-CimInstance             | own        | ClassName Namespace Filter Query Property OperationTimeoutSec
Get-Command                 |            | Name Module CommandType
Get-Content                 |            | LiteralPath Path Raw* Encoding TotalCount Tail
Get-ExecutionPolicy         |            | Scope List*
Get-FileHash                |            | LiteralPath Path Algorithm InputStream
Get-Item                    |            | LiteralPath Path Force*
Get-ItemProperty            |            | LiteralPath Path Name
Get-ItemPropertyValue       |            | LiteralPath Path Name
Get-LocalUser               |            | Name SID
Get-NetAdapter              | own        | Name InterfaceIndex Physical*
Get-NetAdapterBinding       | own        | Name ComponentID AllBindings*
Get-NetConnectionProfile    | own        | InterfaceAlias InterfaceIndex Name
Get-NetFirewallAddressFilter| own        | AssociatedNetFirewallRule PolicyStore All* InputObject
Get-NetFirewallApplicationFilter | own   | AssociatedNetFirewallRule PolicyStore All* InputObject
Get-NetFirewallInterfaceFilter   | own   | AssociatedNetFirewallRule PolicyStore All* InputObject
Get-NetFirewallInterfaceTypeFilter | own | AssociatedNetFirewallRule PolicyStore All* InputObject
Get-NetFirewallPortFilter   | own        | AssociatedNetFirewallRule PolicyStore All* InputObject Protocol
Get-NetFirewallProfile      | own        | Name PolicyStore All*
Get-NetFirewallRule         | own        | Name DisplayName PolicyStore All* Direction Enabled Action Description
Get-NetFirewallSecurityFilter | own      | AssociatedNetFirewallRule PolicyStore All* InputObject
Get-NetFirewallServiceFilter| own        | AssociatedNetFirewallRule PolicyStore All* InputObject
Get-NetIPAddress            | own        | AddressFamily InterfaceIndex IPAddress
Get-NetTCPConnection        | own        | LocalPort State LocalAddress
Get-Process                 |            | Id Name
Get-Service                 |            | Name
Get-WindowsCapability       | own        | Online* Name
Get-WindowsFeature          | own server | Name
Import-Module               | silent     | Name Force* PassThru* Global* DisableNameChecking*
Install-WindowsFeature      | own server | Name IncludeManagementTools* Restart*
Invoke-CimMethod            | own        | InputObject MethodName Arguments ClassName Namespace
Invoke-WebRequest           |            | Uri OutFile UseBasicParsing* TimeoutSec Method Headers
Join-Path                   |            | Path ChildPath
Measure-Object              |            | InputObject Property Sum* Maximum* Minimum*
Move-Item                   | silent     | LiteralPath Path Destination Force* PassThru*
New-CimInstance             | own        | ClassName Namespace ClientOnly* Property
New-Item                    |            | Path ItemType Force* Name Value
New-ItemProperty            |            | LiteralPath Path Name Value PropertyType Force*
New-NetFirewallRule         | own        | Name DisplayName Description Direction Action Enabled Profile Protocol LocalPort RemoteAddress EdgeTraversalPolicy Program Service PolicyStore
New-Object                  |            | TypeName ArgumentList ComObject Property Strict*
New-Service                 |            | Name BinaryPathName DisplayName Description StartupType Credential DependsOn
Out-Null                    | silent     | InputObject
Receive-Job                 |            | Job Keep*
Remove-CimInstance          | own silent | InputObject
Remove-Item                 | silent     | LiteralPath Path Force* Recurse* Confirm*
Remove-ItemProperty         | silent     | LiteralPath Path Name Force*
Remove-Job                  | silent     | Job Force*
Remove-NetFirewallRule      | own silent | Name PolicyStore PassThru*
Resolve-Path                |            | LiteralPath Path
Restart-Service             | silent     | Name Force* PassThru*
Select-Object               |            | InputObject Property First Last Skip Unique* ExpandProperty
Set-Acl                     | silent     | LiteralPath Path AclObject Passthru*
Set-Content                 | silent     | LiteralPath Path Value Encoding NoNewline* Force*
Set-Item                    | silent     | LiteralPath Path Value
Set-ItemProperty            | silent     | LiteralPath Path Name Value Type
Set-LocalUser               | silent     | Name SID PasswordNeverExpires
Set-NetFirewallRule         | own silent | Name NewDisplayName Description Direction Action Enabled Profile Protocol LocalPort RemoteAddress EdgeTraversalPolicy PolicyStore PassThru*
Set-Service                 | silent     | Name StartupType Status PassThru* Description
Set-StrictMode              | silent     | Version Off*
Set-Variable                | silent     | Name Value Scope
Sort-Object                 |            | InputObject Property Unique* Descending* CaseSensitive*
Split-Path                  |            | Path LiteralPath Leaf* Parent*
Start-Job                   |            | ArgumentList ScriptBlock Name
Start-Process               | silent     | FilePath ArgumentList Wait* PassThru* NoNewWindow* WindowStyle RedirectStandardOutput RedirectStandardError
Start-Service               | silent     | Name InputObject PassThru*
Start-Sleep                 | silent     | Seconds Milliseconds
Stop-Job                    | silent     | Job
Stop-Process                | silent     | Id InputObject Force*
Stop-Service                | silent     | Name InputObject Force* NoWait* PassThru*
Test-Path                   |            | LiteralPath Path PathType
Unregister-Event            | silent     | SourceIdentifier
Wait-Job                    |            | Job Timeout
Wait-Process                | silent     | Id InputObject Timeout
Where-Object                |            | FilterScript InputObject Property
Write-Output                |            | InputObject NoEnumerate*
Write-Verbose               | silent     | Message
`;

function knownCommand(row: string): [string, KnownCommand] {
  const [name, remarks, parameters] = row.split("|").map((cell) => cell.trim());
  const has = (remark: string) => remarks.split(/\s+/).includes(remark);
  const known: KnownCommand = {
    name,
    windows: has("server") ? serverWindows : allWindows,
    editions: has("5.1") ? ["5.1"] : has("7") ? ["7"] : editions,
    ownPreference: has("own"),
    silent: has("silent"),
    parameters: new Map(
      parameters.split(/\s+/).map((text) => [
        text.replace(/[*@].*$/, "").toLowerCase(),
        {
          isSwitch: text.includes("*"),
          editions: text.endsWith("@7") ? (["7"] as const) : editions,
        },
      ]),
    ),
  };
  return [name, known];
}

export const knownCommands: ReadonlyMap<string, KnownCommand> = new Map(
  table.trim().split("\n").map(knownCommand),
);

/** Programs of every Windows that scripts may run. */
export const knownPrograms = new Set([
  "cmd.exe",
  "shutdown.exe",
  "msiexec.exe",
  "icacls.exe",
  "ipconfig.exe",
]);

/** Get-Verb of Windows PowerShell 5.1; PowerShell 7 has them all. */
export const approvedVerbs = new Set(
  `Add Clear Close Copy Enter Exit Find Format Get Hide Join Lock Move New Open Optimize Pop Push Redo Remove Rename Reset
  Resize Search Select Set Show Skip Split Step Switch Undo Unlock Watch Backup Checkpoint Compare Compress Convert
  ConvertFrom ConvertTo Dismount Edit Expand Export Group Import Initialize Limit Merge Mount Out Publish Restore Save Sync
  Unpublish Update Approve Assert Complete Confirm Deny Disable Enable Install Invoke Register Request Restart Resume Start
  Stop Submit Suspend Uninstall Unregister Wait Debug Measure Ping Repair Resolve Test Trace Connect Disconnect Read Receive
  Send Write Block Grant Protect Revoke Unblock Unprotect Use`.split(/\s+/),
);
