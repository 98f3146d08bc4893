# The actions of the guest contract. Each takes a request that is already bound to this machine and these files, and
# returns the report; a failure is thrown (New-PeerFailure). Every action may be run again after any interruption.
# Whatever can be decided without a cmdlet is decided in the C# files; PowerShell is here for what needs cmdlets or COM.

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# Windows PowerShell takes compiler warnings for errors, and a newer framework may find one in what is right for the old.
# PeerService.cs is a program of its own and compiled where it is needed.
$sources = @(
    'PeerCodes.cs', 'PeerJson.cs', 'PeerFiles.cs', 'ActionTurn.cs', 'PeerRequest.cs', 'PeerClock.cs', 'PeerLedger.cs',
    'NativeMethods.cs', 'NativeStructures.cs', 'PeerMemory.cs', 'PeerSession.cs', 'PeerIdentities.cs', 'CryptoMethods.cs',
    'PeerKeys.cs', 'IdentityFacts.cs', 'IdentityImport.cs', 'IdentityStore.cs', 'IdentitySection.cs',
    'IdentityActions.cs', 'PeerGroups.cs', 'PeerGroupEvents.cs', 'PeerMembership.cs', 'GroupMembership.cs',
    'GroupInvitations.cs', 'GroupSection.cs', 'GroupActions.cs', 'PeerPnrp.cs', 'PeerClouds.cs',
    'PresenceState.cs', 'PresencePolicy.cs', 'PresenceFile.cs', 'PresenceReport.cs', 'SeedSynchronization.cs', 'HeldNames.cs',
    'HeldGroup.cs', 'HeldGroups.cs', 'CredentialRenewal.cs', 'HolderLog.cs', 'PeerHolder.cs', 'PeerSockets.cs',
    'ReachabilityActions.cs', 'FirewallDecision.cs', 'StackProbe.cs', 'DiagnosticProgram.cs', 'EventText.cs', 'PeerDiagnostics.cs', 'PeerActions.cs', 'AccountRights.cs', 'Watchdog.cs'
) | ForEach-Object -Process { Join-Path -Path $PSScriptRoot -ChildPath $_ }
$references = @('System', 'System.Core', 'System.Xml')
if ($PSVersionTable.PSVersion.Major -ge 6) {
    Add-Type -Path $sources -IgnoreWarnings
}
else {
    Add-Type -Path $sources -IgnoreWarnings -ReferencedAssemblies $references
}

. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerCommon.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerRequest.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerFirewall.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerSeedPolicy.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerServices.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerNetworking.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerCapability.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerProbe.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerTasks.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerLogon.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerPresence.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerPresenceService.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerReachability.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerRestart.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerDiagnostics.ps1')

$script:ActionMinutes = 20

function Start-ActionWatchdog {
    <#
    .SYNOPSIS
    Ends the process with TimedOut when an action hangs in a service: the SSH client has no limit of its own.
    #>
    param([Parameter(Mandatory = $true)][string]$Action)
    $failure = [ordered]@{
        code    = 'TimedOut'
        message = '{0} did not end within {1} minutes.' -f $Action, $script:ActionMinutes
        hint    = 'Check the services PNRPsvc, p2pimsvc and p2psvc of the machine, then run this again.'
    }
    [PeerLab.Watchdog]::Start($script:ActionMinutes, (ConvertTo-AsciiJson -Value $failure))
}

function Stop-ActionWatchdog {
    <#
    .SYNOPSIS
    Stops the clock of Start-ActionWatchdog.
    #>
    param()
    [PeerLab.Watchdog]::Stop()
}

function Set-OpenedIn {
    <#
    .SYNOPSIS
    Notes where this process opens the user's keys: session or task.
    #>
    param([Parameter(Mandatory = $true)][ValidateSet('session', 'task')][string]$Value)
    $script:OpenedIn = $Value
}

function New-ActionContext {
    <#
    .SYNOPSIS
    What the C# files have to know of this process.
    #>
    param()
    $context = [PeerLab.ActionContext]::new()
    $context.Directory = $script:GuestDirectory
    $context.OpenedIn = $script:OpenedIn
    return $context
}

function New-Report {
    <#
    .SYNOPSIS
    The answer of an action: its name, the facts of the machine, and the fields of the action.
    #>
    param([Parameter(Mandatory = $true)][string]$Action, [System.Collections.IDictionary]$Field = @{})
    $report = Get-MachineFact -Instance $script:Instance
    $report['action'] = $Action
    foreach ($name in $Field.Keys) {
        $report[$name] = $Field[$name]
    }
    return $report
}

function Get-PendingChange {
    <#
    .SYNOPSIS
    What is wanted and waits: reboot, or nothing.
    #>
    param()
    if (Test-RebootPending) {
        'reboot'
    }
}

function Get-CapabilityProof {
    <#
    .SYNOPSIS
    The field capability of a report, where the request asks for the proof: fails as Test-PeerCapability does. Else no field.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    $fields = [ordered]@{}
    if ($true -ne (Get-Field -Object $Request -Name 'proveCapability')) {
        return $fields
    }
    # By itself, since its task, where one is needed, is another one than the action's.
    $own = [System.Collections.Generic.Dictionary[string, object]]::new()
    foreach ($name in $Request.Keys) {
        if (@('contract', 'instance', 'guestFiles', 'userPassword') -ccontains $name) {
            $own[$name] = $Request[$name]
        }
    }
    $proved = Test-PeerCapability -Request $own
    $capability = [ordered]@{}
    foreach ($name in @('languageMode', 'executionPolicy', 'stack', 'services', 'networking')) {
        $capability[$name] = $proved[$name]
    }
    $fields['capability'] = $capability
    return $fields
}

function Invoke-CarriedAction {
    <#
    .SYNOPSIS
    Runs an action that C# carries whole, where the lab user's keys can be opened.
    #>
    param([Parameter(Mandatory = $true)][string]$Action, [Parameter(Mandatory = $true)][object]$Request)
    $null = [PeerLab.PeerActions]::CheckRequest($Action, $Request)
    $proof = Get-CapabilityProof -Request $Request
    $report = Invoke-WithUserKey -Action $Action -Request $Request -Body {
        Assert-PeerStack
        New-Report -Action $Action -Field ([PeerLab.PeerActions]::Run($Action, $Request, (New-ActionContext)))
    }
    foreach ($name in $proof.Keys) {
        $report[$name] = $proof[$name]
    }
    return $report
}

function Set-StateSection {
    <#
    .SYNOPSIS
    Brings identities and groups to the given state; returns the fields changed (of a test: drift), identities and groups of
    the report. A request without these sections returns no field but the list.
    #>
    param([Parameter(Mandatory = $true)][string]$Action, [Parameter(Mandatory = $true)][object]$Request, [switch]$Test)
    # Where nothing is wanted and nothing was put here, a machine without the stack is as wanted too.
    if ([PeerLab.PeerActions]::NeedsStack($Request, (New-ActionContext))) {
        Assert-PeerStack
    }
    return [PeerLab.PeerActions]::ApplyState($Request, (New-ActionContext), [bool]$Test)
}

function Invoke-StateSection {
    <#
    .SYNOPSIS
    Set-StateSection, where the lab user's keys can be opened; nothing where the request has neither section.
    #>
    param([Parameter(Mandatory = $true)][string]$Action, [Parameter(Mandatory = $true)][object]$Request, [switch]$Test)
    if ($null -eq (Get-Field -Object $Request -Name 'identities') -and $null -eq (Get-Field -Object $Request -Name 'groups')) {
        return $null
    }
    return Invoke-WithUserKey -Action $Action -Request $Request -Body { Set-StateSection -Action $Action -Request $Request -Test:$Test }
}

function Copy-StateFact {
    <#
    .SYNOPSIS
    Takes the fields identities and groups over into a report, where they are there.
    #>
    param([AllowNull()][object]$From, [Parameter(Mandatory = $true)][System.Collections.IDictionary]$To)
    if ($null -eq $From) {
        return
    }
    foreach ($name in @('identities', 'groups')) {
        if (@($From.Keys) -ccontains $name) {
            $To[$name] = $From[$name]
        }
    }
}

function Assert-MachineRequest {
    <#
    .SYNOPSIS
    Checks all of a request for a machine's state, before anything is changed.
    #>
    param([Parameter(Mandatory = $true)][string]$Action, [Parameter(Mandatory = $true)][object]$Request)
    $null = [PeerLab.PeerActions]::CheckRequest($Action, $Request)
    $networking = Get-Field -Object $Request -Name 'networking'
    if ($null -ne $networking) {
        Assert-Networking -Networking $networking
    }
}

function Set-PeerMachine {
    <#
    .SYNOPSIS
    Brings everything of ours on this machine to the given state and says what it changed and what holds now.
    .DESCRIPTION
    Networking; the proof of the stack, where it is asked for; then a holder that runs leaves the groups that are not wanted; identities and groups, adding before removing;
    then the holder takes up the new names and groups and lets go of the old. Listeners for a test come last.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    Assert-MachineRequest -Action 'Set-PeerMachine' -Request $Request
    $networking = Get-Field -Object $Request -Name 'networking'
    $presence = Get-Field -Object $Request -Name 'presence'
    $changed = @()
    if ($null -ne $networking) {
        $changed += @(Set-NetworkingState -Networking $networking -InSession -Reconcile:($true -eq (Get-Field -Object $Request -Name 'reconcile')))
    }
    $fields = Get-CapabilityProof -Request $Request
    $before = ''
    if ($null -ne $presence) {
        $before = [PeerLab.PresenceFile]::ReadShared($script:PresencePath)
        Exit-UnwantedGroup -Presence $presence
    }
    $state = Invoke-StateSection -Action 'Set-PeerMachine' -Request $Request
    if ($null -ne $state) {
        $changed += @($state['changed'])
        Copy-StateFact -From $state -To $fields
    }
    if ($null -ne $presence) {
        $changed += @(Set-PresenceState -Presence $presence -Before $before -UserPassword ([string](Get-Field -Object $Request -Name 'userPassword')) -GuestFiles ([string](Get-Field -Object $Request -Name 'guestFiles')))
        $fields['presence'] = Get-PresenceFact
    }
    if ($null -ne $networking) {
        $fields['networking'] = Get-NetworkingFact
    }
    $fields['changed'] = [string[]]$changed
    $fields['pending'] = [string[]]@(Get-PendingChange)
    $listen = Get-Field -Object $Request -Name 'listen'
    if ($null -ne $listen) {
        $fields['listeners'] = Get-ListenersReport -Listen $listen -Secret @(Get-RequestSecret -Value $Request)
    }
    return New-Report -Action 'Set-PeerMachine' -Field $fields
}

function Test-PeerMachine {
    <#
    .SYNOPSIS
    Says what Set-PeerMachine would change of the same request, and changes nothing.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    Assert-MachineRequest -Action 'Test-PeerMachine' -Request $Request
    $networking = Get-Field -Object $Request -Name 'networking'
    $presence = Get-Field -Object $Request -Name 'presence'
    $drift = @()
    $fields = [ordered]@{}
    $null = [PeerLab.PeerClock]::Compare($Request, $fields)
    if ($null -ne $networking) {
        $drift += @(Set-NetworkingState -Networking $networking -InSession -Test)
        $fields['networking'] = Get-NetworkingFact
    }
    $pending = @(Get-PendingChange)
    try {
        $state = Invoke-StateSection -Action 'Test-PeerMachine' -Request $Request -Test
        if ($null -ne $state) {
            $drift += @($state['drift'])
            Copy-StateFact -From $state -To $fields
        }
    }
    catch {
        # What keeps the stack from running may be what was just found; Set-PeerMachine would put that right first.
        if ($drift.Count + $pending.Count -eq 0) {
            throw
        }
        $drift += 'identities cannot be read: {0}' -f (Get-FailureCode -ErrorRecord $_)
    }
    if ($null -ne $presence) {
        $drift += @(Get-PresenceDrift -Presence $presence)
        $fields['presence'] = Get-PresenceFact
    }
    $fields['drift'] = [string[]]$drift
    $fields['pending'] = [string[]]$pending
    return New-Report -Action 'Test-PeerMachine' -Field $fields
}

function Test-PeerCapability {
    <#
    .SYNOPSIS
    Starts the stack and makes, uses and deletes an identity; fails with the name of what does not answer.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    $null = [PeerLab.PeerActions]::CheckRequest('Test-PeerCapability', $Request)
    return Invoke-WithUserKey -Action 'Test-PeerCapability' -Request $Request -Body {
        Assert-PeerStack
        $capability = Get-CapabilityFact -Thorough
        Assert-Capability -Capability $capability
        New-Report -Action 'Test-PeerCapability' -Field $capability
    }
}

function Test-PeerStack {
    <#
    .SYNOPSIS
    Does once, with throw-away things, what a lab does, and tells what Windows answers to each step.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    $null = [PeerLab.PeerActions]::CheckRequest('Test-PeerStack', $Request)
    return Invoke-WithUserKey -Action 'Test-PeerStack' -Request $Request -Body {
        $steps = @(Get-WindowsStep)
        try {
            $carried = [PeerLab.PeerActions]::Run('Test-PeerStack', $Request, (New-ActionContext))
            $steps += @($carried['steps'])
        }
        catch {
            $code = Get-FailureCode -ErrorRecord $_
            if ([PeerLab.PeerCodes]::MeansNoKeyAccess($code)) {
                throw
            }
            $steps += [PeerLab.StackProbe]::Describe('p2p.dll', $code, '', $false)
        }
        New-Report -Action 'Test-PeerStack' -Field ([ordered]@{
                edition = Get-EditionText
                image   = Get-ImageText
                steps   = [object[]]$steps
            })
    }
}

function Set-PeerNetworking {
    <#
    .SYNOPSIS
    The networking section alone.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    $null = [PeerLab.PeerActions]::CheckRequest('Set-PeerNetworking', $Request)
    $networking = Get-Field -Object $Request -Name 'networking'
    Assert-Networking -Networking $networking
    $changed = @(Set-NetworkingState -Networking $networking -InSession)
    return New-Report -Action 'Set-PeerNetworking' -Field ([ordered]@{
            changed    = [string[]]$changed
            pending    = [string[]]@(Get-PendingChange)
            networking = Get-NetworkingFact
        })
}

function New-PeerIdentity {
    <#
    .SYNOPSIS
    Finds the identity by its friendly name, or makes it; it never leaves this machine. Puts networking right before.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    Assert-MachineRequest -Action 'New-PeerIdentity' -Request $Request
    $reconcile = $true -eq (Get-Field -Object $Request -Name 'reconcile')
    $networking = Get-Field -Object $Request -Name 'networking'
    $changed = @()
    if ($null -ne $networking) {
        $changed += @(Set-NetworkingState -Networking $networking -InSession -Reconcile:$reconcile)
    }
    $report = Invoke-CarriedAction -Action 'New-PeerIdentity' -Request $Request
    if ($reconcile) {
        $report['changed'] = [string[]]@($changed + @($report['changed']))
    }
    return $report
}

function Export-PeerIdentity {
    <#
    .SYNOPSIS
    Finds the identity by its friendly name, or makes it, and exports it. Never makes a second one of the same name.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    return Invoke-CarriedAction -Action 'Export-PeerIdentity' -Request $Request
}

function Import-PeerIdentity {
    <#
    .SYNOPSIS
    Imports one identity, or says that it was there; without a peer name, whichever the export holds.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    return Invoke-CarriedAction -Action 'Import-PeerIdentity' -Request $Request
}

function Get-PeerIdentity {
    <#
    .SYNOPSIS
    The identities of the lab user, or the one asked for.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    return Invoke-CarriedAction -Action 'Get-PeerIdentity' -Request $Request
}

function Remove-PeerIdentity {
    <#
    .SYNOPSIS
    Removes one identity with its groups, or says that it was not there.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    return Invoke-CarriedAction -Action 'Remove-PeerIdentity' -Request $Request
}

function New-PeerGroup {
    <#
    .SYNOPSIS
    Finds the group by its friendly name among those of the identity, or makes it, and connects once.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    return Invoke-CarriedAction -Action 'New-PeerGroup' -Request $Request
}

function New-PeerGroupInvitation {
    <#
    .SYNOPSIS
    Makes one invitation for each invitee.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    return Invoke-CarriedAction -Action 'New-PeerGroupInvitation' -Request $Request
}

function Join-PeerGroup {
    <#
    .SYNOPSIS
    Joins a group by an invitation, or says that the machine belongs to it already.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    return Invoke-CarriedAction -Action 'Join-PeerGroup' -Request $Request
}

function Get-PeerGroup {
    <#
    .SYNOPSIS
    The groups of the lab user's identities, or of the one asked for.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    return Invoke-CarriedAction -Action 'Get-PeerGroup' -Request $Request
}

function Remove-PeerGroup {
    <#
    .SYNOPSIS
    Deletes a group's data from this machine, or says that there was none.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    return Invoke-CarriedAction -Action 'Remove-PeerGroup' -Request $Request
}

function Set-PeerPresence {
    <#
    .SYNOPSIS
    The presence section alone, whole or in addition to what is held.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    $null = [PeerLab.PeerActions]::CheckRequest('Set-PeerPresence', $Request)
    $fields = Get-CapabilityProof -Request $Request
    $presence = Get-Field -Object $Request -Name 'presence'
    $before = [PeerLab.PresenceFile]::ReadShared($script:PresencePath)
    $adds = $true -eq (Get-Field -Object $Request -Name 'adds')
    if ($adds) {
        $presence = [PeerLab.PresenceFile]::Added($before, $presence)
    }
    $changed = @()
    if (-not ($adds -and [PeerLab.PresenceFile]::IsEmpty($presence))) {
        $changed += @(Set-PresenceState -Presence $presence -Before $before -UserPassword ([string](Get-Field -Object $Request -Name 'userPassword')) -GuestFiles ([string](Get-Field -Object $Request -Name 'guestFiles')))
    }
    $fields['changed'] = [string[]]$changed
    $fields['presence'] = Get-PresenceFact
    return New-Report -Action 'Set-PeerPresence' -Field $fields
}

function Get-PeerPresence {
    <#
    .SYNOPSIS
    What the holder holds; changes nothing.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    $null = [PeerLab.PeerActions]::CheckRequest('Get-PeerPresence', $Request)
    return New-Report -Action 'Get-PeerPresence' -Field ([ordered]@{ presence = Get-PresenceFact })
}

function Test-PeerReachability {
    <#
    .SYNOPSIS
    What of others this machine reaches, by TCP over IPv6 and by peer name, and what its own holder holds. Verdicts are the
    answer.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    $null = [PeerLab.PeerActions]::CheckRequest('Test-PeerReachability', $Request)
    $fields = [PeerLab.PeerActions]::Run('Test-PeerReachability', $Request, (New-ActionContext))
    $fields['presence'] = Add-HolderKind -Fact $fields['presence']
    return New-Report -Action 'Test-PeerReachability' -Field $fields
}

function Get-PeerReport {
    <#
    .SYNOPSIS
    Everything about this machine; changes nothing.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    $null = [PeerLab.PeerActions]::CheckRequest('Get-PeerReport', $Request)
    return Invoke-WithUserKey -Action 'Get-PeerReport' -Request $Request -Body {
        $capability = Get-CapabilityFact
        $nothing = [System.Collections.Generic.Dictionary[string, object]]::new()
        $identities = [object[]]@()
        $groups = [object[]]@()
        if ('S_OK' -eq $capability['stack']['identity']) {
            # All of them: PowerShell would make an empty text of $null.
            $identities = [PeerLab.IdentityFacts]::ReadAll([NullString]::Value, $false, (New-ActionContext))
            if ('S_OK' -eq $capability['stack']['grouping']) {
                $groups = [PeerLab.PeerActions]::Run('Get-PeerGroup', $nothing, (New-ActionContext))['groups']
            }
        }
        New-Report -Action 'Get-PeerReport' -Field ([ordered]@{
                capability = $capability
                identities = [object[]]$identities
                groups     = [object[]]$groups
                presence   = Get-PresenceFact
            })
    }
}

function Get-PeerDiagnostics {
    <#
    .SYNOPSIS
    What Windows' logs and its own diagnostics say; changes nothing.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    $reader = [PeerLab.PeerDiagnostics]::Open($Request)
    Add-DiagnosticItem -Reader $reader
    return New-Report -Action 'Get-PeerDiagnostics' -Field ([ordered]@{ items = $reader.Items })
}

Export-ModuleMember -Function @(
    'Set-PeerMachine', 'Test-PeerMachine', 'Test-PeerCapability', 'Test-PeerStack', 'Set-PeerNetworking', 'New-PeerIdentity',
    'Export-PeerIdentity', 'Import-PeerIdentity', 'Get-PeerIdentity', 'Remove-PeerIdentity', 'New-PeerGroup',
    'New-PeerGroupInvitation', 'Join-PeerGroup', 'Get-PeerGroup', 'Remove-PeerGroup', 'Set-PeerPresence',
    'Get-PeerPresence', 'Start-PeerListener', 'Stop-PeerListener', 'Test-PeerReachability', 'Restart-PeerMachine',
    'Confirm-PeerBoot', 'Get-PeerReport', 'Get-PeerDiagnostics',
    'Assert-RequestedMachine', 'ConvertFrom-JsonText', 'ConvertTo-AsciiJson', 'ConvertTo-GuestFailure',
    'Get-RequestSecret', 'Invoke-PeerHolder', 'Invoke-PeerListener', 'Set-OpenedIn', 'Start-ActionWatchdog',
    'Stop-ActionWatchdog', 'Update-HolderPassword'
)
