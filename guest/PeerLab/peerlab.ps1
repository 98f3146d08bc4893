<#
.SYNOPSIS
The one entry of the code that runs inside Windows.
.DESCRIPTION
Reads one JSON request from standard input, runs one action and ends with exit code 0 and one line of ASCII JSON on
standard output, or with exit code 1 and one line of ASCII JSON on standard error. Before any other guest file is loaded
its hash is compared with the request's, so that a machine with old or mixed files refuses.
The process must never use the automatic variable for pipeline input: PowerShell looks for it, and where it finds it
reads standard input itself.
.PARAMETER Action
The action to run.
.PARAMETER Pipe
The named pipe that carries request and answer instead of the standard streams; used by the one-shot task.
#>
param(
    [Parameter(Mandatory = $true, Position = 0)][string]$Action,
    [string]$Pipe = ''
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$contract = 1
$actions = @(
    'Set-PeerMachine', 'Test-PeerMachine', 'Test-PeerCapability', 'Test-PeerStack', 'Set-PeerNetworking', 'New-PeerIdentity',
    'Export-PeerIdentity', 'Import-PeerIdentity', 'Get-PeerIdentity', 'Remove-PeerIdentity', 'New-PeerGroup',
    'New-PeerGroupInvitation', 'Join-PeerGroup', 'Get-PeerGroup', 'Remove-PeerGroup', 'Set-PeerPresence',
    'Get-PeerPresence', 'Start-PeerListener', 'Stop-PeerListener', 'Test-PeerReachability', 'Restart-PeerMachine',
    'Confirm-PeerBoot', 'Get-PeerReport', 'Get-PeerDiagnostics'
)
$guestFiles = @(
    'peerlab.ps1', 'PeerLab.psm1', 'PeerCommon.ps1', 'PeerRequest.ps1', 'PeerFirewall.ps1', 'PeerSeedPolicy.ps1',
    'PeerServices.ps1', 'PeerNetworking.ps1', 'PeerCapability.ps1', 'PeerProbe.ps1', 'PeerTasks.ps1',
    'PeerLogon.ps1', 'PeerPresence.ps1', 'PeerPresenceService.ps1', 'PeerReachability.ps1', 'PeerDiagnostics.ps1', 'PeerRestart.ps1', 'PeerHolder.ps1',
    'PeerListener.ps1', 'PeerBoot.ps1', 'probe.ps1', 'PeerCodes.cs', 'PeerJson.cs', 'PeerFiles.cs', 'ActionTurn.cs', 'PeerRequest.cs',
    'PeerClock.cs', 'PeerLedger.cs', 'NativeMethods.cs', 'NativeStructures.cs', 'PeerMemory.cs', 'PeerSession.cs',
    'PeerIdentities.cs', 'CryptoMethods.cs', 'PeerKeys.cs', 'IdentityFacts.cs', 'IdentityImport.cs',
    'IdentityStore.cs', 'IdentitySection.cs', 'IdentityActions.cs', 'PeerGroups.cs', 'PeerGroupEvents.cs',
    'PeerMembership.cs', 'GroupMembership.cs', 'GroupInvitations.cs', 'GroupSection.cs', 'GroupActions.cs',
    'PeerPnrp.cs', 'PeerClouds.cs', 'PresenceState.cs', 'PresencePolicy.cs', 'PresenceFile.cs',
    'PresenceReport.cs', 'SeedSynchronization.cs', 'HeldNames.cs', 'HeldGroup.cs', 'HeldGroups.cs',
    'CredentialRenewal.cs', 'HolderLog.cs',
    'PeerHolder.cs', 'PeerSockets.cs', 'ReachabilityActions.cs', 'FirewallDecision.cs', 'StackProbe.cs',
    'DiagnosticProgram.cs', 'EventText.cs', 'PeerDiagnostics.cs',
    'PeerActions.cs', 'AccountRights.cs', 'Watchdog.cs', 'PeerService.cs'
)
$maximumRequestBytes = 4MB
$pipeStream = $null
$pipeReader = $null

function Stop-Unverified {
    <#
    .SYNOPSIS
    Ends with a failure before the guest files are trusted. Texts are plain ASCII without quotes.
    #>
    param([string]$Code, [string]$Message, [string]$Hint)
    $line = '{{"code":"{0}","message":"{1}","hint":"{2}"}}' -f $Code, $Message, $Hint
    if ('FullLanguage' -ne [string]$ExecutionContext.SessionState.LanguageMode) {
        # Constrained language forbids the console's methods, and Write-Error would wrap the line.
        $env:PEERLAB_FAILURE = $line
        cmd.exe /d /v:on /c 'echo !PEERLAB_FAILURE!>&2'
    }
    elseif ($null -ne $pipeStream) {
        Write-PipeLine -Text ('{{"failure":{0}}}' -f $line)
    }
    else {
        [Console]::Error.WriteLine($line)
    }
    exit 1
}

function Write-PipeLine {
    <#
    .SYNOPSIS
    Writes one line to the pipe and waits until the other side has read it.
    #>
    param([string]$Text)
    $bytes = [System.Text.Encoding]::ASCII.GetBytes($Text + "`n")
    $pipeStream.Write($bytes, 0, $bytes.Length)
    $pipeStream.WaitForPipeDrain()
}

function Read-Request {
    <#
    .SYNOPSIS
    The bytes of the request as text: all of standard input, or one line of the pipe. Null where it is too long.
    #>
    param()
    if ($null -ne $pipeReader) {
        return $pipeReader.ReadLine()
    }
    $source = [Console]::OpenStandardInput()
    $request = New-Object -TypeName System.IO.MemoryStream
    $buffer = New-Object -TypeName 'byte[]' -ArgumentList 65536
    while (($count = $source.Read($buffer, 0, $buffer.Length)) -gt 0) {
        $request.Write($buffer, 0, $count)
        if ($request.Length -gt $maximumRequestBytes) {
            return $null
        }
    }
    return [System.Text.Encoding]::UTF8.GetString($request.ToArray()).TrimStart([char]0xFEFF)
}

function Get-GuestFilesHash {
    <#
    .SYNOPSIS
    SHA-256, in hex, over the lines "<sha256 of the file's bytes in hex> <name>\n" in the order of the list.
    #>
    param()
    $lines = ''
    foreach ($name in $guestFiles) {
        $file = Join-Path -Path $PSScriptRoot -ChildPath $name
        if (-not (Test-Path -LiteralPath $file)) {
            return ''
        }
        $lines += '{0} {1}{2}' -f (Get-FileHash -LiteralPath $file -Algorithm SHA256).Hash.ToLowerInvariant(), $name, "`n"
    }
    $stream = New-Object -TypeName System.IO.MemoryStream -ArgumentList (, [System.Text.Encoding]::ASCII.GetBytes($lines))
    return (Get-FileHash -InputStream $stream -Algorithm SHA256).Hash.ToLowerInvariant()
}

if ('FullLanguage' -ne [string]$ExecutionContext.SessionState.LanguageMode) {
    Stop-Unverified -Code 'ConstrainedLanguage' -Message 'A policy restricts PowerShell to constrained language, which cannot call p2p.dll.' -Hint 'Take the application control policy back, or allow the guest files in it.'
}
if ($Pipe) {
    $pipeStream = New-Object -TypeName System.IO.Pipes.NamedPipeClientStream -ArgumentList '.', $Pipe, ([System.IO.Pipes.PipeDirection]::InOut)
    $pipeStream.Connect(30000)
    $pipeReader = New-Object -TypeName System.IO.StreamReader -ArgumentList $pipeStream
}
if ($actions -cnotcontains $Action) {
    Stop-Unverified -Code 'InvalidRequest' -Message 'Unknown action.' -Hint ('Allowed are: {0}.' -f ($actions -join ', '))
}

$text = Read-Request
$request = $null
# PowerShell 7 would take a list of one object for the object.
if ($text -match '^\s*\{') {
    try {
        $request = ConvertFrom-Json -InputObject $text
    }
    catch {
        $request = $null
    }
}
if ($request -isnot [System.Management.Automation.PSCustomObject]) {
    Stop-Unverified -Code 'InvalidRequest' -Message 'Standard input is not one JSON object of at most 4 MB.' -Hint 'Send the request in the form of the contract.'
}
$number = $request.PSObject.Properties['contract']
# The text "1", true and a list of 1 would compare as equal.
if ($null -eq $number -or ($number.Value -isnot [int] -and $number.Value -isnot [long]) -or $number.Value -ne $contract) {
    Stop-Unverified -Code 'ContractMismatch' -Message ('These guest files speak contract {0}.' -f $contract) -Hint 'Copy the guest files that belong to the library to this machine.'
}
$expected = $request.PSObject.Properties['guestFiles']
$present = Get-GuestFilesHash
if ($null -eq $expected -or $expected.Value -isnot [string] -or $present -cne $expected.Value) {
    Stop-Unverified -Code 'GuestFilesMismatch' -Message ('The guest files on this machine have the hash {0}, which is not the one of the request.' -f $present) -Hint 'Copy the guest files that belong to the library to this machine.'
}
try {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'PeerLab.psm1') -Force
}
catch {
    Stop-Unverified -Code 'Unexpected' -Message ('PeerLab.psm1 does not load: {0}.' -f $_.Exception.GetType().Name) -Hint 'Import it by hand on the machine and read the error; a policy may forbid to compile its C# files.'
}

# Once more, as plain values with case-sensitive names, now that there is something to do it with.
$request = ConvertFrom-JsonText -Text $text
if ($null -eq $request) {
    Stop-Unverified -Code 'InvalidRequest' -Message 'The request is JSON with extensions, such as comments.' -Hint 'Send the request in the form of the contract.'
}
$failure = $null
$report = $null
$secrets = @()
try {
    $secrets = @(Get-RequestSecret -Value $request)
    Start-ActionWatchdog -Action $Action
    if ($Pipe) {
        Set-OpenedIn -Value 'task'
    }
    Assert-RequestedMachine -Request $request
    $report = & $Action -Request $request
    Stop-ActionWatchdog
}
catch {
    $failure = ConvertTo-GuestFailure -ErrorRecord $_ -Secret $secrets
}

if ($null -ne $pipeStream) {
    if ($null -ne $failure) {
        Write-PipeLine -Text (ConvertTo-AsciiJson -Value ([ordered]@{ failure = $failure }))
        exit 1
    }
    Write-PipeLine -Text (ConvertTo-AsciiJson -Value ([ordered]@{ report = $report }))
    exit 0
}
if ($null -ne $failure) {
    [Console]::Error.WriteLine((ConvertTo-AsciiJson -Value $failure))
    exit 1
}
[Console]::Out.WriteLine((ConvertTo-AsciiJson -Value $report))
exit 0
